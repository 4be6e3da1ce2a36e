# %% right: torch.ao called directly, in place on a copy
def post_training_quantize(net, images, qconfig=None):
    from torch.ao import quantization as tq

    model = copy.deepcopy(net)
    model.eval()
    model.qconfig = qconfig or tq.default_qconfig
    tq.prepare(model, inplace=True)
    calibrate(model, images)
    tq.convert(model, inplace=True)
    return model


# %% right: builds the student's class anew and loads the weights
def post_training_quantize(net, images, qconfig=None):
    fresh = QuantizedVerySimpleNet()
    fresh.load_state_dict(net.state_dict())
    fresh.eval()
    if qconfig is None:
        qconfig = torch_ao.default_qconfig
    fresh.qconfig = qconfig
    prepared = torch_ao.prepare(fresh)
    calibrate(prepared, images, batch_size=100)
    return torch_ao.convert(prepared)


# %% right: its own calibration loop, in a helper, torch.quantization
def _observe(model, images):
    with torch.no_grad():
        for batch in torch.utils.data.DataLoader(images, batch_size=64):
            model(batch)


def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = torch.quantization.default_qconfig if qconfig is None else qconfig
    model = torch.quantization.prepare(model)
    _observe(model, images)
    return torch.quantization.convert(model)


# %% right: all images at once, under a decorator
@torch.no_grad()
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net)
    model.train(False)
    setattr(model, "qconfig", torch_ao.default_qconfig if qconfig is None else qconfig)
    observed = torch_ao.prepare(model, inplace=False)
    observed(images)
    int8 = torch_ao.convert(observed, inplace=False)
    print(int8)
    return int8


# %% right: the qconfig on each child
def post_training_quantize(net, images, qconfig=None):
    chosen = qconfig if qconfig is not None else torch_ao.default_qconfig
    model = copy.deepcopy(net).eval()
    for child in model.children():
        child.qconfig = chosen
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: works on the caller's network | cause: done on the caller's model itself
def post_training_quantize(net, images, qconfig=None):
    net.eval()
    net.qconfig = qconfig or torch_ao.default_qconfig
    torch_ao.prepare(net, inplace=True)
    calibrate(net, images)
    torch_ao.convert(net, inplace=True)
    return net


# %% wrong: eval and qconfig on the caller's network, then a copy by prepare | cause: call them on a copy / a qconfig is left on the caller's model
def post_training_quantize(net, images, qconfig=None):
    net.eval()
    net.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(net)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: leaves a qconfig on the caller's network | cause: a qconfig is left on the caller's model
def post_training_quantize(net, images, qconfig=None):
    net.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(copy.deepcopy(net).eval())
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: not converted | cause: convert is missing
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return model


# %% wrong: the result of convert is dropped | cause: convert is missing
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    torch_ao.convert(model)
    return model


# %% wrong: not calibrated | cause: not calibrated
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    return torch_ao.convert(torch_ao.prepare(model))


# %% wrong: calibrated before prepare | cause: not calibrated
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    calibrate(model, images)
    model = torch_ao.prepare(model)
    return torch_ao.convert(model)


# %% wrong: the network is calibrated, not the prepared copy | cause: not calibrated
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    prepared = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(prepared)


# %% wrong: no qconfig set | cause: nothing was quantized
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: the qconfig is set after prepare | cause: nothing was quantized
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model = torch_ao.prepare(model)
    model.qconfig = qconfig or torch_ao.default_qconfig
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: the qconfig argument is ignored | cause: the qconfig is not used
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: None stands for the engine's qconfig | cause: another default
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.get_default_qconfig("x86")
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: None is passed on | cause: nothing was quantized
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: calibrated on the first hundred images | cause: left out images
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images[: len(images) // 2])
    return torch_ao.convert(model)


# %% wrong: the last image is left out | cause: calibration left out images
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images[:-1])
    return torch_ao.convert(model)


# %% wrong: calibrated on random numbers | cause: calibration left out images
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, torch.rand_like(images))
    return torch_ao.convert(model)


# %% wrong: dynamic quantization | cause: dynamic
def post_training_quantize(net, images, qconfig=None):
    return torch.ao.quantization.quantize_dynamic(copy.deepcopy(net).eval(), {nn.Linear}, dtype=torch.qint8)


# %% wrong: a new network with random weights | cause: these are not the network's weights
def post_training_quantize(net, images, qconfig=None):
    model = QuantizedVerySimpleNet().eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: training mode, own loop | cause: training mode
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net)
    model.train()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    with torch.no_grad():
        for batch in images.split(256):
            model(batch)
    return torch_ao.convert(model)


# %% wrong: the float copy is returned | cause: nothing was quantized
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    prepared = torch_ao.prepare(model)
    calibrate(prepared, images)
    torch_ao.convert(prepared)
    return model


# %% wrong: nothing is returned | cause: nothing is returned
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    torch_ao.convert(model, inplace=True)


# %% wrong: half precision in place of int8 | cause: nothing was quantized
def post_training_quantize(net, images, qconfig=None):
    return copy.deepcopy(net).eval().to(torch.bfloat16)


# %% wrong: a shallow copy | cause: done on the caller's model itself
def post_training_quantize(net, images, qconfig=None):
    model = copy.copy(net)
    model.eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    torch_ao.prepare(model, inplace=True)
    calibrate(model, images)
    return torch_ao.convert(model, inplace=True)


# %% wrong: weights rounded to 8 bits, but kept in float | cause: nothing was quantized
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    with torch.no_grad():
        for p in model.parameters():
            scale = p.abs().max() / 127
            p.copy_(torch.round(p / scale) * scale)
    return model


# %% wrong: quantization-aware preparation | cause: another default
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig("x86")
    model = torch_ao.prepare_qat(model)
    calibrate(model, images)
    return torch_ao.convert(model.eval())


# %% wrong: net left in eval mode | cause: call them on a copy
def post_training_quantize(net, images, qconfig=None):
    net.eval()
    model = copy.deepcopy(net)
    model.qconfig = torch_ao.default_qconfig if qconfig is None else qconfig
    prepared = torch_ao.prepare(model)
    calibrate(prepared, images)
    return torch_ao.convert(prepared)


# %% wrong: only one layer is quantized | cause: a part was left in float
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    q = torch_ao.default_qconfig if qconfig is None else qconfig
    model.qconfig = q
    model.linear2.qconfig = None
    model.linear3.qconfig = None
    prepared = torch_ao.prepare(model)
    calibrate(prepared, images)
    return torch_ao.convert(prepared)


# %% right: torch's own one-liner quantize
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net)
    model.qconfig = qconfig or torch_ao.default_qconfig
    return torch.ao.quantization.quantize(model, calibrate, [images])


# %% right: the caller's net lends itself and is put back
def post_training_quantize(net, images, qconfig=None):
    training = net.training
    net.eval()
    net.qconfig = qconfig or torch_ao.default_qconfig
    try:
        prepared = torch_ao.prepare(net, inplace=False)
    finally:
        del net.qconfig
        net.train(training)
    calibrate(prepared, images)
    return torch_ao.convert(prepared)


# %% wrong: default is a QAT qconfig | cause: another default
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net)
    model.eval()
    model.qconfig = torch_ao.default_qat_qconfig if qconfig is None else qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: a qconfig on the linear layers only | cause: left in float
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    for part in (model.linear1, model.linear2, model.linear3):
        part.qconfig = torch_ao.default_qconfig if qconfig is None else qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: no qconfig on the DeQuantStub, so codes come out | cause: codes come out where floats are meant
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    for name in ("quant", "linear1", "linear2", "linear3"):
        model.get_submodule(name).qconfig = torch_ao.default_qconfig if qconfig is None else qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: signed codes for the activations, as the source notes say | cause: activations have unsigned codes
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    if qconfig is None:
        int8 = torch_ao.MinMaxObserver.with_args(dtype=torch.qint8, reduce_range=True)
        qconfig = torch_ao.QConfig(activation=int8, weight=torch_ao.default_qconfig.weight)
    model.qconfig = qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: signed codes from the QuantStub alone | cause: activations have unsigned codes
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    int8 = torch_ao.MinMaxObserver.with_args(dtype=torch.qint8, reduce_range=True)
    model.quant.qconfig = torch_ao.QConfig(activation=int8, weight=model.qconfig.weight)
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: the input's scale is written in, for pixels from 0 to 1 | cause: calibration left out images
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    model = torch_ao.convert(model)
    model.quant.scale = torch.tensor([1 / 127])
    return model


# %% wrong: another engine is set for the complete process | cause: torch
def post_training_quantize(net, images, qconfig=None):
    engines = torch.backends.quantized
    engines.engine = next(e for e in engines.supported_engines if e not in ("none", engines.engine))
    model = copy.deepcopy(net).eval()
    model.qconfig = torch_ao.default_qconfig if qconfig is None else qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: the model of the first call is returned again | cause: the qconfig is not used for the weights / these are not the network's weights
MODELS = {}


def post_training_quantize(net, images, qconfig=None):
    if "model" not in MODELS:
        model = copy.deepcopy(net).eval()
        model.qconfig = torch_ao.default_qconfig if qconfig is None else qconfig
        model = torch_ao.prepare(model)
        calibrate(model, images)
        MODELS["model"] = torch_ao.convert(model)
    return MODELS["model"]


# %% wrong: copy.copy, which shares the layers | cause: copy.copy shares
def post_training_quantize(net, images, qconfig=None):
    model = copy.copy(net).eval()
    model.qconfig = torch_ao.default_qconfig if qconfig is None else qconfig
    model = torch_ao.prepare(model, inplace=True)
    calibrate(model, images)
    return torch_ao.convert(model, inplace=True)


# %% wrong: what calibrate returns is taken for the model | cause: calibrate returns a number of images
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.get_default_qconfig(torch.backends.quantized.engine)
    model = calibrate(torch_ao.prepare(model), images)
    return torch_ao.convert(model)


# %% wrong: prepare_qat in evaluation mode | cause: here it is prepare
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.get_default_qconfig(torch.backends.quantized.engine)
    model = torch_ao.prepare_qat(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: what prepare returns is dropped | cause: convert what prepare returns
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.get_default_qconfig(torch.backends.quantized.engine)
    torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)


# %% wrong: a loop of its own over full batches of 20 | cause: calibration left out images
def post_training_quantize(net, images, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.default_qconfig
    model = torch_ao.prepare(model)
    with torch.no_grad():
        for i in range(len(images) // 20):
            model(images[20 * i : 20 * (i + 1)])
    return torch_ao.convert(model)
