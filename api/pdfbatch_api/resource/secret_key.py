"""A reference to a Secret's key, wherever a spec has one."""

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel


class SecretKey(ResourceModel):
    """A key of a Secret in the batch's namespace."""

    name: str = Field(min_length=1, max_length=253, description="The Secret's name.")
    key: str = Field(min_length=1, max_length=253, description="The key in it.")
