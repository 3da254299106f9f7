"""Stores: whole-object reads and writes in folders and buckets. This is the package's only door."""

from pdfbatch_renderer.stores import retries as store_retries
from pdfbatch_renderer.stores.opening import open_store
from pdfbatch_renderer.stores.reader import StoreReader
from pdfbatch_renderer.stores.uris import absolute_uri

__all__ = ["StoreReader", "absolute_uri", "open_store", "store_retries"]
