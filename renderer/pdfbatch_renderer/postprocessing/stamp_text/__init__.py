"""Text as a drawing: a font, the text's lines set in it, and an error for what the font cannot show."""

from pdfbatch_renderer.postprocessing.stamp_text.drawing import TextDrawing, TextStamp

__all__ = ["TextDrawing", "TextStamp"]
