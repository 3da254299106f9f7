"""Builds the container images on a machine without docker and without a registry.

Debian's base comes from mmdebstrap, the builds run in buildah, and what comes out are OCI archives that containerd
imports. The Containerfiles are the ones that anybody builds anywhere: what this machine needs to reach package
sources (its certificates, its pip settings, its apt sources) is mounted into the build stages and is in no image.

Everything is kept under the user's cache folder by a digest of what it is made from, so a second call does nothing.
"""

from devcluster.images.build import build_images
from devcluster.images.image import Image, Images
from devcluster.images.ironpdf import IronPdfImages, build_ironpdf_images

__all__ = ["Image", "Images", "IronPdfImages", "build_images", "build_ironpdf_images"]
