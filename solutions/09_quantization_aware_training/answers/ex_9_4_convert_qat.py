# %% right: convert copies by itself, the mode is put back
def convert_qat(model):
    mode = model.training
    model.eval()
    int8 = torch_ao.convert(model)
    model.train(mode)
    return int8


# %% right: torch.ao itself, eval mode after converting
def convert_qat(model):
    from torch.ao.quantization import convert

    int8 = convert(copy.deepcopy(model))
    int8.eval()
    return int8


# %% right: deepcopy, eval, convert with inplace=False
def convert_qat(model):
    duplicate = copy.deepcopy(model)
    duplicate.eval()
    with torch.no_grad():
        result = torch_ao.convert(duplicate, inplace=False)
    return result.eval()


# %% right: helpers in other functions
def _in_eval_mode(model):
    model = copy.deepcopy(model)
    for module in model.modules():
        module.training = False
    return model


def convert_qat(model):
    return torch_ao.convert(_in_eval_mode(model), inplace=True)


# %% wrong: the caller's model is put into eval mode | cause: eval() and train() act on the model itself
def convert_qat(model):
    model.eval()
    return torch_ao.convert(model)


# %% wrong: the caller's model is converted in place | cause: done on the caller's model itself
def convert_qat(model):
    model.eval()
    return torch_ao.convert(model, inplace=True)


# %% wrong: left in train mode | cause: train mode
def convert_qat(model):
    return torch_ao.convert(copy.deepcopy(model).train())


# %% wrong: never converted | cause: never converted
def convert_qat(model):
    return copy.deepcopy(model).eval()


# %% wrong: the result of convert is thrown away | cause: never converted
def convert_qat(model):
    int8 = copy.deepcopy(model).eval()
    torch_ao.convert(int8)
    return int8


# %% wrong: the caller's model is put into train mode afterwards, whatever it was | cause: eval() and train() act on the model itself
def convert_qat(model):
    model.eval()
    int8 = torch_ao.convert(model)
    model.train()
    return int8


# %% wrong: the observers are reset by one more look, at nothing but zeros
def convert_qat(model):
    model = copy.deepcopy(model).eval()
    model.apply(torch_ao.enable_observer)
    for _ in range(50):
        model(torch.zeros(1, 28, 28))
    return torch_ao.convert(model, inplace=True)


# %% wrong: the scales are thrown away and calibrated anew on noise | cause: linear1 does not have the qconfig's kind of scale / the scale of linear2's output is wrong
def convert_qat(model):
    net = QuantizedVerySimpleNet()
    net.load_state_dict(model.state_dict(), strict=False)
    net.eval().qconfig = torch_ao.default_qconfig
    prepared = torch_ao.prepare(net)
    prepared(torch.rand(64, 28, 28))
    return torch_ao.convert(prepared)


# %% wrong: rounded weights in a float model | cause: never converted
def convert_qat(model):
    model = copy.deepcopy(model).eval()
    for layer in (model.linear1, model.linear2, model.linear3):
        layer.weight.data = layer.weight_fake_quant(layer.weight.data)
    return model


# %% wrong: dynamic quantization | cause: linear1 does not have the qconfig's kind of scale / nothing dynamic
def convert_qat(model):
    net = QuantizedVerySimpleNet()
    net.load_state_dict(model.state_dict(), strict=False)
    return torch.ao.quantization.quantize_dynamic(net.eval(), {nn.Linear}, dtype=torch.qint8)


# %% wrong: nothing is returned | cause: return the converted model
def convert_qat(model):
    int8 = copy.deepcopy(model).eval()
    torch_ao.convert(int8, inplace=True)


# %% right: every module's mode put back
def convert_qat(model):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        return torch_ao.convert(model)
    finally:
        for module, mode in modes.items():
            module.training = mode


# %% wrong: one more pass moves the observers of the copy | cause: linear1's output scale is not the trained one / the scale of linear2's output is wrong
def convert_qat(model):
    model = copy.deepcopy(model)
    model.train()
    model(test_images[:256])
    model.eval()
    return torch_ao.convert(model)


# %% wrong: qconfig taken off the caller's model | cause: taken off
def convert_qat(model):
    int8 = torch_ao.convert(copy.deepcopy(model).eval())
    for m in model.modules():
        if hasattr(m, 'qconfig'):
            del m.qconfig
    return int8


# %% wrong: the input's range is set to 0 to 1 by hand, whatever training found | cause: the int8 model's outputs are not those that training prepare
def convert_qat(model):
    trained = copy.deepcopy(model).eval()
    trained.quant.activation_post_process = torch_ao.MinMaxObserver(dtype=torch.quint8)
    trained.quant.activation_post_process(torch.tensor([0.0, 1.0]))
    return torch_ao.convert(trained, inplace=True)


# %% wrong: copy.copy, which shares the layers | cause: copy.copy shares
def convert_qat(model):
    model = copy.copy(model)
    return torch_ao.convert(model.eval(), inplace=True)


# %% wrong: prepared once more before convert | cause: what training found is lost
def convert_qat(model):
    trained = copy.deepcopy(model)
    trained = torch_ao.prepare_qat(trained.train())
    return torch_ao.convert(trained.eval())


# %% wrong: a new network, loaded with the state | cause: a new network has no place for the scales
def convert_qat(model):
    trained = QuantizedVerySimpleNet()
    trained.load_state_dict(model.state_dict())
    return torch_ao.convert(trained.eval())


# %% wrong: a new network that takes only the weights | cause: a new network is, which holds no scales
def convert_qat(model):
    trained = QuantizedVerySimpleNet()
    trained.load_state_dict(model.state_dict(), strict=False)
    return torch_ao.convert(trained.eval())
