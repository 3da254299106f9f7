"""LibreOffice: office files into PDFs, by the library that soffice is made of, in a process of its own."""
