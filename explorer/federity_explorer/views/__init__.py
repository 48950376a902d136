"""One function a page: it asks the index and answers with a frozen context, which HTML and JSON both show."""
