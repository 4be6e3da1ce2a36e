"""The known mistakes of the exercises, one module per exercise; `registry` compares answers with them."""
