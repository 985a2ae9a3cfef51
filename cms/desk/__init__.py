"""The desk (工作台): what waits for me, and what I have handed on."""
