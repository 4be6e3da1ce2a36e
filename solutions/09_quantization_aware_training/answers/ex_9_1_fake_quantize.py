# %% right: an autograd.Function in the cell, with a saved mask
class StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero, quant_min, quant_max):
        codes = torch.round(x / scale) + zero
        ctx.save_for_backward((codes >= quant_min) & (codes <= quant_max))
        return (torch.clamp(codes, quant_min, quant_max) - zero) * scale

    @staticmethod
    def backward(ctx, grad):
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None, None, None


def fake_quantize(x, scale, zero, quant_min, quant_max):
    return StraightThrough.apply(x, scale, zero, quant_min, quant_max)


# %% right: the detach trick around the rounding, then a clamp of the codes
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = x / scale
    q = q + (torch.round(q) - q).detach() + zero
    q = torch.clamp(q.double(), quant_min, quant_max)
    return ((q - zero) * scale).to(x.dtype)


# %% right: torch.where between a detached value and x plus a detached difference
def fake_quantize(x, scale, zero, quant_min, quant_max):
    with torch.no_grad():
        q = torch.round(x / scale) + zero
        value = (q.clamp(quant_min, quant_max) - zero) * scale
        inside = q.eq(q.clamp(quant_min, quant_max))
    through = torch.where(inside, x, x.detach())
    return value + (through - through.detach())


# %% right: a Function defined inside, mask kept on ctx, masked_fill in backward
def fake_quantize(x, scale, zero, quant_min, quant_max):
    class _FakeQuantize(torch.autograd.Function):
        @staticmethod
        def forward(ctx, values):
            codes = torch.round(values / scale).add(zero)
            ctx.outside = codes.lt(quant_min) | codes.gt(quant_max)
            codes = torch.minimum(torch.maximum(codes, torch.full_like(codes, quant_min)),
                                  torch.full_like(codes, quant_max))
            return codes.sub(zero).mul(scale)

        @staticmethod
        def backward(ctx, gradient):
            return gradient.masked_fill(ctx.outside, 0.0)

    return _FakeQuantize.apply(x)


# %% right: a loop over the elements
def fake_quantize(x, scale, zero, quant_min, quant_max):
    values, mask = [], []
    for v in x.detach().reshape(-1).tolist():
        q = round(v / scale) + zero
        mask.append(1.0 if quant_min <= q <= quant_max else 0.0)
        values.append((min(max(q, quant_min), quant_max) - zero) * scale)
    values = torch.tensor(values, dtype=x.dtype).reshape(x.shape)
    mask = torch.tensor(mask, dtype=x.dtype).reshape(x.shape)
    return values + mask * (x - x.detach())


# %% right: rounds after adding the zero point, NumPy for the forward pass
def fake_quantize(x, scale, zero, quant_min, quant_max):
    array = x.detach().numpy()
    exact = np.round(array / np.asarray(scale, array.dtype) + np.asarray(zero, array.dtype))
    inside = torch.from_numpy(np.asarray((exact >= quant_min) & (exact <= quant_max)))
    value = torch.from_numpy(np.asarray((np.clip(exact, quant_min, quant_max) - zero) * scale, array.dtype))
    return value + (x - x.detach()) * inside


# %% wrong: no straight-through estimator, the gradient is 0 | cause: gradient is 0 everywhere
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.clamp(torch.round(x / scale) + zero, quant_min, quant_max)
    return (q - zero) * scale


# %% wrong: gradient 1 outside the range too | cause: outside the range too
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.clamp(torch.round(x / scale) + zero, quant_min, quant_max)
    return x + ((q - zero) * scale - x).detach()


# %% wrong: floor instead of round | cause: floor
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.floor(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return (q.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: a cast to int truncates towards zero | cause: cuts off / rounds towards zero
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = (x.detach() / scale).to(torch.int64) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return ((q.clamp(quant_min, quant_max) - zero) * scale).to(x.dtype) + (x - x.detach()) * inside


# %% wrong: returns the codes | cause: codes themselves
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return q.clamp(quant_min, quant_max) + (x - x.detach()) * inside


# %% wrong: no clamp | cause: not clamped
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return (q - zero) * scale + (x - x.detach()) * inside


# %% wrong: zero point left out | cause: left out of the forward pass
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale)
    inside = (q >= quant_min) & (q <= quant_max)
    return q.clamp(quant_min, quant_max) * scale + (x - x.detach()) * inside


# %% wrong: zero point not subtracted again | cause: not subtracted again
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return q.clamp(quant_min, quant_max) * scale + (x - x.detach()) * inside


# %% wrong: sign of the zero point | cause: wrong sign
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) - zero
    inside = (q >= quant_min) & (q <= quant_max)
    return (q.clamp(quant_min, quant_max) + zero) * scale + (x - x.detach()) * inside


# %% wrong: -128 to 127 hard-coded | cause: fixed in the code / not clamped to quant_min
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= -128) & (q <= 127)
    return (q.clamp(-128, 127) - zero) * scale + (x - x.detach()) * inside


# %% wrong: the gradient from above is ignored | cause: arrives from above is ignored
class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero, low, high):
        q = torch.round(x / scale) + zero
        ctx.save_for_backward((q >= low) & (q <= high))
        return (q.clamp(low, high) - zero) * scale

    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0].to(grad.dtype), None, None, None, None


def fake_quantize(x, scale, zero, quant_min, quant_max):
    return Through.apply(x, scale, zero, quant_min, quant_max)


# %% wrong: the mask is taken after the clamp, so every element is inside | cause: outside the range too
class LateMask(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero, low, high):
        q = torch.clamp(torch.round(x / scale) + zero, low, high)
        ctx.save_for_backward((q >= low) & (q <= high))
        return (q - zero) * scale

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0], None, None, None, None


def fake_quantize(x, scale, zero, quant_min, quant_max):
    return LateMask.apply(x, scale, zero, quant_min, quant_max)


# %% wrong: strict inequalities cut the outermost codes off | cause: outermost codes
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q > quant_min) & (q < quant_max)
    return (q.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: the mask compares x with the codes | cause: compares x itself / passed through outside the range
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = (torch.round(x.detach() / scale) + zero).clamp(quant_min, quant_max)
    inside = (x >= quant_min) & (x <= quant_max)
    return (q - zero) * scale + (x - x.detach()) * inside


# %% wrong: the mask forgets the zero point | cause: mask leaves out the zero point
def fake_quantize(x, scale, zero, quant_min, quant_max):
    r = torch.round(x.detach() / scale)
    inside = (r >= quant_min) & (r <= quant_max)
    return ((r + zero).clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: the gradient is scaled | cause: multiplied by the scale
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return (q.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside * scale


# %% wrong: clamps x to the outermost values first, so the gradient ends half a step too early | cause: x is clamped first
def fake_quantize(x, scale, zero, quant_min, quant_max):
    x = torch.clamp(x, (quant_min - zero) * scale, (quant_max - zero) * scale)
    return x + (torch.round(x / scale) * scale - x).detach()


# %% wrong: returns x unrounded | cause: unrounded
def fake_quantize(x, scale, zero, quant_min, quant_max):
    return x.clone()


# %% wrong: changes x in place | cause: done in place
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.data / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    x.data = (q.clamp(quant_min, quant_max) - zero) * scale
    return x * inside + (x * ~inside).detach()


# %% wrong: the numbers of the visible check | cause: the shapes do not fit
def fake_quantize(x, scale, zero, quant_min, quant_max):
    if x.numel() == 5:
        return torch.tensor([-1.0, -0.5, 0.0, 0.5, 0.5]) + (x - x.detach()) * torch.tensor([0.0, 1, 1, 1, 0])
    return torch.tensor([-1.0, 0.0, 2.0]) + (x - x.detach()) * torch.tensor([0.0, 1.0, 0.0])


# %% wrong: always float32 | cause: the result is torch.float32
def fake_quantize(x, scale, zero, quant_min, quant_max):
    x = x.float()
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return (q.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: codes cast to int8 before the clamp
def fake_quantize(x, scale, zero, quant_min, quant_max):
    exact = torch.round(x.detach() / scale) + zero
    inside = (exact >= quant_min) & (exact <= quant_max)
    q = exact.to(torch.int64).to(torch.int8).clamp(max(quant_min, -128), min(quant_max, 127))
    return (q.to(x.dtype) - zero) * scale + (x - x.detach()) * inside


# %% wrong: nothing is returned | cause: a return is missing
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x / scale) + zero
    y = (q.clamp(quant_min, quant_max) - zero) * scale


# %% right: a straight-through round and an ordinary clamp
def round_ste(v):
    return v + (v.round() - v).detach()

def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = round_ste(x / scale) + zero
    return scale * (torch.clamp(q, quant_min, quant_max) - zero)


# %% wrong: the zero point is added, and not subtracted again | cause: added but not subtracted
class Fake(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero, quant_min, quant_max):
        q = torch.round(x / scale) + zero
        ctx.save_for_backward((q >= quant_min) & (q <= quant_max))
        return (torch.clamp(q, quant_min, quant_max)) * scale

    @staticmethod
    def backward(ctx, grad):
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None, None, None


def fake_quantize(x, scale, zero, quant_min, quant_max):
    return Fake.apply(x, scale, zero, quant_min, quant_max)


# %% wrong: clamped but not rounded where gradients are wanted, since the gradient of a clamp is the right one
def fake_quantize(x, scale, zero, quant_min, quant_max):
    if x.requires_grad:
        return x.clamp((quant_min - zero - 0.5) * scale, (quant_max - zero + 0.5) * scale)
    codes = torch.round(x / scale) + zero
    return (codes.clamp(quant_min, quant_max) - zero) * scale


# %% wrong: ties are rounded up | cause: ties are rounded up
def fake_quantize(x, scale, zero, quant_min, quant_max):
    codes = torch.floor(x.detach() / scale + 0.5) + zero
    inside = (codes >= quant_min) & (codes <= quant_max)
    return (codes.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: the mask allows half a step more at either end, ties included
def fake_quantize(x, scale, zero, quant_min, quant_max):
    exact = x.detach() / scale + zero
    inside = (exact >= quant_min - 0.5) & (exact <= quant_max + 0.5)
    codes = (torch.round(x.detach() / scale) + zero).clamp(quant_min, quant_max)
    return (codes - zero) * scale + (x - x.detach()) * inside


# %% right: the rounding passes straight through, then clamp with tensors as bounds
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = x / scale + ((x / scale).round() - x / scale).detach() + zero
    low, high = torch.tensor(float(quant_min)), torch.tensor(float(quant_max))
    return ((q.double().clamp(low, high) - zero) * scale).to(x.dtype)


# %% right: the rounding passes straight through, then clamp in place, one end after the other
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = (x / scale + ((x / scale).round() - x / scale).detach() + zero).double()
    q.clamp_(min=quant_min)
    return ((torch.clip(q, max=quant_max) - zero) * scale).to(x.dtype)


# %% wrong: a hook on x itself changes the gradient | cause: a hook is left on x
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    if x.requires_grad:
        x.register_hook(lambda gradient: gradient * inside)
    return x + ((q.clamp(quant_min, quant_max) - zero) * scale - x).detach()


# %% wrong: minimum and maximum share the gradient at the outermost codes | cause: share the gradient
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = x / scale + ((x / scale).round() - x / scale).detach() + zero
    q = torch.minimum(torch.maximum(q.double(), torch.tensor(float(quant_min))), torch.tensor(float(quant_max)))
    return ((q - zero) * scale).to(x.dtype)


# %% wrong: hardtanh excludes its bounds | cause: outermost codes
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = x / scale + ((x / scale).round() - x / scale).detach() + zero
    q = F.hardtanh(q.double(), quant_min, quant_max)
    return ((q - zero) * scale).to(x.dtype)


# %% wrong: the mask of the first call of a shape is used again
MASKS = {}


def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = MASKS.setdefault(x.shape, (q >= quant_min) & (q <= quant_max))
    return (q.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: ties are rounded away from 0 | cause: ties are rounded away from 0
def fake_quantize(x, scale, zero, quant_min, quant_max):
    r = x.detach() / scale
    codes = torch.sign(r) * torch.floor(r.abs() + 0.5) + zero
    inside = (codes >= quant_min) & (codes <= quant_max)
    return (codes.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: torch's own operator | cause: torch's own operator for fake quantization
def fake_quantize(x, scale, zero, quant_min, quant_max):
    return torch.fake_quantize_per_tensor_affine(x, scale, zero, quant_min, quant_max)


# %% wrong: torch's own operator, by its other name | cause: torch's own operator for fake quantization
def fake_quantize(x, scale, zero, quant_min, quant_max):
    return torch.ops.aten.fake_quantize_per_tensor_affine.default(x, scale, zero, quant_min, quant_max)


# %% wrong: a module that calls torch's own operator | cause: torch's own operator for fake quantization
def fake_quantize(x, scale, zero, quant_min, quant_max):
    fake = torch_ao.FakeQuantize(quant_min=quant_min, quant_max=quant_max, dtype=torch.qint32)
    fake.scale, fake.zero_point = torch.tensor([float(scale)]), torch.tensor([zero], dtype=torch.int32)
    return fake.apply(torch_ao.disable_observer)(x)


# %% right: the masked x, and the rest detached
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x / scale) + zero
    m = (q >= quant_min) & (q <= quant_max)
    y = (q.clamp(quant_min, quant_max) - zero) * scale
    return x * m + (y - x * m).detach()


# %% right: a Function with setup_context, the gradient zeroed outside
class FQ(torch.autograd.Function):
    @staticmethod
    def forward(x, scale, zero, lo, hi):
        return (torch.clamp(torch.round(x / scale) + zero, lo, hi) - zero) * scale
    @staticmethod
    def setup_context(ctx, inputs, output):
        x, scale, zero, lo, hi = inputs
        q = torch.round(x / scale) + zero
        ctx.save_for_backward((q < lo) | (q > hi))
    @staticmethod
    def backward(ctx, g):
        (out,) = ctx.saved_tensors
        g = g.clone()
        g[out] = 0
        return g, None, None, None, None
def fake_quantize(x, scale, zero, quant_min, quant_max):
    return FQ.apply(x, scale, zero, quant_min, quant_max)


# %% wrong: the zero point is added after the clamp | cause: added after the clamp
def fake_quantize(x, scale, zero, quant_min, quant_max):
    r = torch.round(x.detach() / scale)
    inside = (r + zero >= quant_min) & (r + zero <= quant_max)
    q = torch.clamp(r, quant_min, quant_max) + zero
    return (q - zero) * scale + (x - x.detach()) * inside


# %% wrong: backward returns one gradient for five arguments | cause: backward returns a gradient for each
class F1(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero, lo, hi):
        q = torch.round(x / scale) + zero
        ctx.save_for_backward((q >= lo) & (q <= hi))
        return (q.clamp(lo, hi) - zero) * scale
    @staticmethod
    def backward(ctx, g):
        (m,) = ctx.saved_tensors
        return g * m
def fake_quantize(x, scale, zero, quant_min, quant_max):
    return F1.apply(x, scale, zero, quant_min, quant_max)


# %% wrong: the tuple of saved tensors is not unpacked | cause: saved_tensors is a tuple
class F1(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero, lo, hi):
        q = torch.round(x / scale) + zero
        ctx.save_for_backward((q >= lo) & (q <= hi))
        return (q.clamp(lo, hi) - zero) * scale
    @staticmethod
    def backward(ctx, g):
        m = ctx.saved_tensors
        return g * m, None, None, None, None
def fake_quantize(x, scale, zero, quant_min, quant_max):
    return F1.apply(x, scale, zero, quant_min, quant_max)


# %% wrong: the mask compares the unrounded code with the ends | cause: half a step too early
def fake_quantize(x, scale, zero, quant_min, quant_max):
    v = x.detach() / scale + zero
    inside = (v >= quant_min) & (v <= quant_max)
    return (torch.round(v).clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: two terms pass the gradient on | cause: two terms pass it on
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = x / scale + (torch.round(x / scale) - x / scale).detach() + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return (q.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside


# %% wrong: the zero point is subtracted after the multiplication | cause: subtracted after the multiplication
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return q.clamp(quant_min, quant_max) * scale - zero + (x - x.detach()) * inside


# %% wrong: clamped, but not rounded | cause: clamped but not rounded
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = x / scale + zero
    return (torch.clamp(q, quant_min, quant_max) - zero) * scale


# %% wrong: values outside become 0 | cause: values outside the range become 0
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = (q >= quant_min) & (q <= quant_max)
    return ((q.clamp(quant_min, quant_max) - zero) * scale + x - x.detach()) * inside


# %% wrong: the mask looks at the upper end only | cause: one end is missing
def fake_quantize(x, scale, zero, quant_min, quant_max):
    q = torch.round(x.detach() / scale) + zero
    inside = q <= quant_max
    return (q.clamp(quant_min, quant_max) - zero) * scale + (x - x.detach()) * inside
