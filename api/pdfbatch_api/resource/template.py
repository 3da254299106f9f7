"""`spec.template`: what turns a row into a page."""

from pydantic import Field, model_validator

from pdfbatch_api.resource.model import ResourceModel, exactly_one_of
from pdfbatch_api.resource.source import Uri


class ConfigMapTemplate(ResourceModel):
    """A template in a ConfigMap of the batch's namespace; every key is a file."""

    name: str = Field(min_length=1, max_length=253, description="The ConfigMap's name.")


class TemplateSpec(ResourceModel):
    """A Jinja2 template: a folder (with its assets), a single file, a ConfigMap, or text in the manifest."""

    uri: Uri | None = Field(default=None, description="A template file, or a folder with the entry and its assets.")
    config_map: ConfigMapTemplate | None = Field(default=None, description="A ConfigMap that holds the template.")
    inline: str | None = Field(default=None, min_length=1, max_length=262144, description="The template itself.")
    entry: str | None = Field(
        default=None,
        max_length=512,
        description="The file in the folder that is rendered. Default: the only .html (with typst, the only .typ).",
    )
    entry_column: str | None = Field(
        default=None, max_length=256, description="A column that names each row's entry, instead of `entry`."
    )
    locale: str = Field(
        default="en",
        max_length=32,
        description="The locale of the money, number and date filters: de_DE, en_GB …",
    )
    locale_column: str | None = Field(
        default=None,
        max_length=256,
        description="A column that gives each row's locale, instead of `locale`.",
    )
    timezone: str = Field(default="UTC", max_length=64, description="The time zone of the date filters.")
    currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        max_length=3,
        description="The currency of the money filter where a call gives none.",
    )

    @model_validator(mode="after")
    def _one(self) -> "TemplateSpec":
        exactly_one_of(self, "uri", "config_map", "inline")
        if self.entry is not None and self.entry_column is not None:
            raise ValueError("give entry or entryColumn, not both")
        return self
