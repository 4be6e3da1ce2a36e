"""Hidden tests of exercise 9.1, `fake_quantize`.

Ten ranges of codes, shapes, zero points and both float dtypes, then ties and both ends exactly: the output
and the gradient of torch's own operator. The same values once more, which also reach the loss without it: the
answer leaves nothing on its argument.
"""

import torch

import qcourse.check


def fake_quantize(
    x: torch.Tensor, scale: float, zero: int, quant_min: int, quant_max: int
) -> torch.Tensor: ...


# %%
@qcourse.check.exercise("9.1", fake_quantize, hidden=True)
def hidden_fake_quantize(ex):
    from qcourse.check.clamping import GradientOneAtBounds

    def forward_and_gradient(x, scale, zero, quant_min, quant_max, upstream):
        leaf = x.clone().requires_grad_()
        with GradientOneAtBounds():
            output = ex.answer(leaf, scale, zero, quant_min, quant_max)
        if isinstance(output, torch.Tensor) and output.requires_grad:
            output.backward(upstream)
        return output, torch.zeros_like(x) if leaf.grad is None else leaf.grad

    def used_twice(x, scale, zero, quant_min, quant_max):
        """The gradient of x where x also reaches the loss by itself, and then where it is used again."""
        leaf, gradients = x.clone().requires_grad_(), []
        for weight in (1.0, 3.0):
            leaf.grad = None
            with GradientOneAtBounds():
                output = ex.answer(leaf, scale, zero, quant_min, quant_max)
            (output + weight * leaf).sum().backward()
            gradients.append(leaf.grad)
            scale = 8 * scale  # everything is inside now
        return tuple(gradients)

    generator = torch.Generator().manual_seed(ex.seed(910))
    RANGES = [
        (0, 255),
        (-128, 127),
        (-127, 127),
        (-7, 7),
        (0, 15),
        (-2, 1),
        (-1, 1),
        (0, 1),
        (0, 65535),
        (3, 9),
    ]
    for number, (low, high) in enumerate(RANGES):
        zero = low + (high - low) // 4 if number % 2 else low if number % 4 else 0
        zero = min(max(zero, low), high)
        shape = [(64,), (3, 5, 7), (40, 2), (2, 3, 4, 5), (1,), ()][number % 6]
        dtype = torch.float64 if number % 3 == 2 else torch.float32
        for scale in (2.0 ** (number % 7 - 4), 0.0137 * (number + 1)):
            # Codes from well below the range to well above it; not on a tie, where x / scale is not exact.
            width = high - low
            codes = torch.randint(low - width // 2 - 2, high + width // 2 + 3, shape, generator=generator)
            offset = 0.9 * torch.rand(shape, generator=generator, dtype=torch.float64) - 0.45
            if width > 1000:
                offset = offset / 2  # float32 cannot place large codes more exactly
            x = ((codes - zero + offset) * scale).to(dtype)
            upstream = torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
            leaf = x.clone().requires_grad_()
            want = torch.fake_quantize_per_tensor_affine(leaf, scale, zero, low, high)
            want.backward(upstream)
            case = f"codes {low} to {high}, zero {zero}, {dtype}, {len(shape)} dimensions"
            ex.equal(
                "the output",
                ex.call(x, scale, zero, low, high, case=case),
                want.detach(),
                dtype=dtype,
                rtol=1e-5,
            )
            output, gradient = ex.call(
                x, scale, zero, low, high, upstream, function=forward_and_gradient, case=case
            )
            ex.equal("the output", output, want.detach(), dtype=dtype, rtol=1e-5)
            ex.equal("the gradient", gradient, leaf.grad, dtype=dtype, rtol=1e-5)
    # Scales that are powers of two: x / scale is exact, so ties and both ends are too.
    for scale, zero, low, high in [
        (0.5, 0, -8, 7),
        (0.25, 4, 0, 15),
        (2.0, 128, 0, 255),
        (1.0, -2, -4, 3),
        (0.125, 0, -1, 1),
    ]:
        x = (torch.arange(2 * low - 6, 2 * high + 7, dtype=torch.float32) / 2 - zero) * scale
        upstream = torch.linspace(-2.0, 3.0, len(x))
        leaf = x.clone().requires_grad_()
        want = torch.fake_quantize_per_tensor_affine(leaf, scale, zero, low, high)
        want.backward(upstream)
        output, gradient = ex.call(
            x,
            scale,
            zero,
            low,
            high,
            upstream,
            function=forward_and_gradient,
            case="ties and both ends, scale a power of two",
        )
        ex.equal("the output", output, want.detach())
        ex.equal("the gradient", gradient, leaf.grad)
    x = torch.tensor([[-9.0, -0.6, 0.3], [0.8, 1.4, 9.0]]).T  # not contiguous
    first, second = ex.call(x, 0.5, 0, -4, 3, function=used_twice, case="x is used twice")
    inside = torch.tensor([[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]).T
    ex.true(
        torch.equal(first, inside + 1) and torch.equal(second, torch.full_like(x, 4.0)),
        "the gradient of x is wrong where x reaches the loss by another way too, or is used again.",
        likely_cause="a hook is left on x itself, which changes every gradient of x: build the gradient "
        "into the result",
    )
