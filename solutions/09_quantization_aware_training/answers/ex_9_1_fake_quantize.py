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
        y = (q.clamp(quant_min, quant_max) - zero) * scale
    return torch.where((q >= quant_min) & (q <= quant_max), x - x.detach(), torch.zeros_like(x)) + y
