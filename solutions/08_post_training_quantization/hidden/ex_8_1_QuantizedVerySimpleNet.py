"""Hidden tests of exercise 8.1, `QuantizedVerySimpleNet`.

Other weights, one image and many, and all three input shapes, before and after torch's prepare and convert:
one step into codes, one back to floats, and the logits of a network that is int8 from image to logits.
"""

import torch

import qcourse.check
from qcourse import models, torch_ao
from qcourse.models import QuantizedVerySimpleNet  # here the student's answer


# %%
@qcourse.check.exercise("8.1", QuantizedVerySimpleNet, hidden=True)
def hidden_QuantizedVerySimpleNet(ex):
    def prepared_by_torch(model):
        model.qconfig = torch_ao.default_qconfig
        return torch_ao.prepare(model.eval())

    def int8_logits(model, images, test):
        """Prepare, calibrate on images and convert with torch; also return the logits for test."""
        prepared = prepared_by_torch(model)
        with torch.no_grad():
            prepared(images)
            converted = torch_ao.convert(prepared)
            try:
                return converted, prepared, converted(test)
            except RuntimeError as error:  # torch has no int8 kernel for floats, or none for codes
                return converted, prepared, error

    def loaded(kind, state):
        model = kind()
        model.load_state_dict(state)
        return model

    torch.manual_seed(ex.seed(811))
    float_net, images, test = models.VerySimpleNet(), torch.rand(24, 28, 28), torch.rand(40, 28, 28)
    large = {k: (12 if "linear1" in k else 1) * v for k, v in float_net.state_dict().items()}
    float_net.load_state_dict(large)  # a ReLU6 cuts the first layer's outputs
    model = ex.call(
        float_net.state_dict(),
        case="VerySimpleNet's weights loaded",
        function=lambda state: loaded(ex.answer, state),
    )
    prepared = ex.call(model, may_change=[0], function=prepared_by_torch, case="prepared by torch")
    for when, network in (("before prepare", model), ("before convert", prepared)):
        for some in (test[:1], test):
            n = len(some)
            for shape in ([n, 28, 28], [n, 1, 28, 28], [n, 784]):
                logits = ex.call(some.reshape(shape), case=f"{n} images of shape {shape}", function=network)
                ex.equal(f"the output {when}", logits, float_net(some), rtol=1e-4, atol=1e-5)
    right = loaded(models.QuantizedVerySimpleNet, float_net.state_dict())
    reference, _, want = ex.once(int8_logits, right, images, test)
    converted, _, logits = ex.call(
        model,
        images,
        test,
        may_change=[0],
        function=int8_logits,
        case="prepared, calibrated and converted by torch",
    )
    ex.true(
        isinstance(logits, torch.Tensor),
        "after convert the network stops with an error.",
        got=type(logits).__name__,
    )
    ex.true(not logits.is_quantized, "after convert the output must be float again.")
    for kind in (type(reference.quant), type(reference.dequant)):
        found = sum(type(module) is kind for module in converted.modules())
        ex.true(
            found == 1,
            "after convert there must be one step into codes and one back to floats.",
            got=f"{found} modules of type {kind.__name__}",
        )
    steps_apart = (logits - want).abs() / reference.linear3.scale
    ex.true(
        steps_apart.max() <= 1.01 and (steps_apart < 0.5).float().mean() >= 0.95,
        "the int8 network's logits differ from those of a network quantized from image to logits.",
    )
