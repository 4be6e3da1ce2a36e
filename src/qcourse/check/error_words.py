"""What errors of Python's, NumPy's and torch's mean, whose words do not tell a student what to change."""

# The first whose words an error's first line holds is told; each is true of every error that matches it.
KNOWN = [
    (
        r"truth value of an? (empty )?array|Boolean value of Tensor",
        "one yes or no is asked of a whole array, as by if, and, or, not, min() and max(): use np.minimum, "
        "np.maximum, np.where, or masks joined by & and |, each comparison in parentheses",
    ),
    (
        r"with casting rule 'same_kind'|result type \w+ can't be cast to the desired output type",
        "+=, -= and *= keep the array's own dtype, and an integer array cannot take real numbers: "
        "write a = a * b, which makes a new array",
    ),
    (
        r"cannot convert float (NaN|infinity) to integer",
        "NaN or infinity arrives where an integer is made, as after a division by 0: treat an input without "
        "range, or with NaN, before",
    ),
    (
        r"^ZeroDivisionError",
        "a division by 0: treat the input for which the divisor is 0 on its own, before dividing",
    ),
    (
        r"ufunc 'bitwise_xor' not supported|unsupported operand type\(s\) for \^:",
        "^ is the exclusive or of integers: a power is **, as in x**2",
    ),
    (
        r"ufunc 'bitwise_\w+' not supported|unsupported operand type\(s\) for [|&]:",
        "| and & bind more tightly than < and >: put each comparison in parentheses, as in (a < b) | (a > c)",
    ),
    (
        r"mismatch in its core dimension|shapes cannot be multiplied|shapes .* not aligned",
        "in a product a @ b, the columns of a must be as many as the rows of b: is a transpose (.T) or a "
        "reshape missing?",
    ),
    (
        r"could not be broadcast|could not broadcast|non-broadcastable|The size of tensor a ",
        "the shapes do not fit: sizes are compared from the last axis on, and must be equal or 1; "
        "keepdims=True keeps a reduced axis, with size 1",
    ),
    (
        r"cannot reshape array|is invalid for input of size",
        "a reshape must keep the count of elements: take it from the input's own shape, with -1 for one axis",
    ),
    (
        r"(axis -?\d+ is|dimension).*(out of bounds|out of range)|too many indices|tuple index out of range",
        "the code asks for an axis that this array does not have: it may have another number of axes",
    ),
    (
        r"only (0-dimensional|length-1|size-1|one element)|a Tensor with \d+ elements cannot be converted",
        "float(), int() and math's functions take one number, and this is an array of many: use NumPy's or "
        "torch's functions of arrays, or reduce it to one number first",
    ),
    (
        r"zero-size array|max\(\): Expected reduction dim|(min|max)\(\) (arg|iterable argument) is",
        "an empty array has neither minimum nor maximum: look at its size first",
    ),
    (
        r"out of bounds for u?int\d+|value cannot be converted to type u?int\d+",
        "a number does not fit in this integer type: compute in int32 or in floats, and cast at the end",
    ),
    (
        r"'quantized::|expected scalar type QUInt8$",
        "floats reach an int8 layer: its input must pass the model's quant first",
    ),
    (
        r"'QuantizedCPU' backend|promoteTypes with quantized|but found QUInt8|unsupported ScalarType QU?Int8",
        "a quantized tensor reaches an operation on floats: call .dequantize() first",
    ),
    (
        r"Expected input data type QUInt8",
        "activations have unsigned codes, quint8: torch's int8 layers take no signed ones",
    ),
    (r"only works on models in training mode", "call train() on the copy, before prepare_qat"),
    (
        r"received observer instance",
        "a QConfig takes what makes observers, from with_args(...), not observers that are made already",
    ),
    (
        r"qscheme only supports? |qscheme .* not supported",
        "the qscheme does not fit the observer: one per tensor goes with a per-tensor observer, one per "
        "channel with a per-channel one",
    ),
    (
        r'missing the required "forward" function',
        "forward is not written, or is not a method of the class: look at its name and its indentation",
    ),
    (
        r"Error\(s\) in loading state_dict.*size mismatch",
        "a layer has another size than the float network's: its weights must fit",
    ),
    (
        r"Error\(s\) in loading state_dict",
        "the layers have other names than the float network's: those decide where the weights go",
    ),
    (
        r"call numpy\(\) on Tensor that requires grad",
        "a tensor that carries a gradient goes to NumPy: .detach() it where no gradient is wanted, and use "
        "torch's functions where one is",
    ),
    (
        r"element 0 of tensors does not require grad",
        "the path of the gradient is cut: by no_grad, detach, .item(), NumPy, or frozen parameters",
    ),
    (
        r"a leaf Variable that requires grad|modified by an inplace operation",
        "a tensor that the gradient needs is changed in place: compute a new one",
    ),
    (
        r"must have the same dtype|expected (m1 and m2|scalar type)|not implemented for '(Byte|Long|Int)'|"
        r"can only be either floating point|Found dtype",
        "two dtypes meet: pictures and codes are integers, weights are floats; convert with .float()",
    ),
    (
        r"slice indices must be integers|cannot be interpreted as an integer|arrays used as indices must be",
        "indices and counts are integers: round(x) gives one; np.argsort gives positions, np.sort values",
    ),
    (
        r"'(?!NoneType)\w+(\.\w+)*' object is not callable",
        "what is no function is called: size, shape and T have no parentheses, and a name may hold a value",
    ),
    (
        r"'(NoneType)' (object|and)|(and|not) 'NoneType'|not NoneType|must be .* None|NoneType object",
        "a value is None: an argument that was left out (test it with `is None`), or what a function without "
        "a return gave",
    ),
    (
        r"can't multiply sequence|unsupported operand type\(s\).*('list'|'tuple'|'map')|"
        r"bad operand type for unary.*'(list|tuple)'|'list' object has no attribute|"
        r"not supported between instances of .*'(list|tuple)'",
        "a list does not compute: make it an array first, with np.array or torch.tensor",
    ),
    (
        r"doesn't define __round__",
        "Python's round takes one number: np.round and torch.round take arrays",
    ),
    (
        r"unsupported operand type\(s\) for .*'numpy.ndarray' and 'Tensor'|"
        r"unsupported operand type\(s\) for .*'Tensor' and 'numpy.ndarray'",
        "a NumPy array meets a torch tensor: make both the same, with .numpy() or torch.from_numpy",
    ),
    (
        r"must be Tensor, not (ReLU|Linear|Sequential|QuantStub|DeQuantStub)",
        "nn.ReLU(x) makes a layer and calls none: make it in __init__ and call it, or use torch.relu(x)",
    ),
    (
        r"'tuple' object does not support item assignment",
        "the elements of a tuple cannot be replaced: make a new tuple, (a, b), or keep a list",
    ),
    (r"property .* has no setter", "a property cannot be assigned to: keep the value as self._name"),
    (
        r"inhomogeneous shape",
        "several results at once, such as (codes, scale, zero), are no array: unpack them first",
    ),
    (
        r"'tuple' object has no attribute",
        "a tuple holds several values: take one, as inputs[0] (a forward hook gets module, inputs, output)",
    ),
    (
        r"'(numpy\.\w+|Tensor)' object has no attribute",
        "a torch tensor and a NumPy array have different methods: this one is the other's, or nobody's",
    ),
    (
        r"'(numpy\.)?(float|int|bool)\d*' object (is not|does not|has no)|invalid index to scalar variable|"
        r"iteration over a 0-d|len\(\) of unsized",
        "one number is treated as an array or a list: it has no elements",
    ),
    (
        r"to unpack|cannot unpack",
        "a result is unpacked into another count of names than it has values: what does the function return? "
        "A loop over a dict gives its names alone; d.items() gives names and values",
    ),
    (
        r"positional arguments?|unexpected keyword argument|multiple values for argument",
        "a function is called with other arguments than its def line takes (a method's first is self, a "
        "tuple of arguments needs a star, f(*values)); that of the exercise must stay as it was given",
    ),
    (
        r"^UnboundLocalError",
        "a name is used before this call has given it a value, as where an if or a loop did not come to it",
    ),
    (r"^NameError", "a name that no cell has defined: is it spelled as in its cell, and has that been run?"),
    (
        r"index \S+ is out of bounds|index out of range",
        "n elements have the indices 0 to n - 1: one is past the end",
    ),
    (
        r"(Quantiles|Percentiles) must be in the range",
        "np.quantile takes shares, 0 to 1, and np.percentile takes percent, 0 to 100; of p the other end is "
        "1 - p there, 100 - p here",
    ),
    (r"'\w*(function|method)' object (has no|is not)", "a function is named, not called: () is missing"),
    (
        r"^AttributeError: '\w+' object has no attribute",
        "nothing of this name is written for it: a method is indented inside its class, an attribute set as "
        "self.name, and both spelled as in the text",
    ),
    (r"^KeyError", "the dict does not hold this name: compare it with the names that are in it"),
]
