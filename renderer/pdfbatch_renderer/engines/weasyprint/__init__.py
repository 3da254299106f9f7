"""WeasyPrint: HTML and the CSS of books (running headers, footnotes, page references), without a browser."""
