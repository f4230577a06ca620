"""Writes the golden file of GgufFileTest with PyPI's gguf package (0.19).

Usage: python write_gguf.py ../resources/dev/loramill/llama/gguf/python.gguf
"""

import sys

import numpy as np
from gguf import GGUFWriter

writer = GGUFWriter(sys.argv[1], "llama")
writer.add_string("text", "Größe 😀")
writer.add_int32("number", -7)
writer.add_float32("real", 0.1)
writer.add_bool("flag", True)
writer.add_array("words", ["one", "two", ""])
writer.add_array("ids", [3, -4])
writer.add_array("scores", [0.5, -1.0])
writer.add_tensor("matrix", np.arange(6, dtype=np.float32).reshape(2, 3))
writer.add_tensor("half", np.ones(5, dtype=np.float16))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
