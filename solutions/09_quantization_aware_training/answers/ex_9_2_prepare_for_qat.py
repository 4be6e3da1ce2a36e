# %% right: prepare_qat makes the copy of the copy itself
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net)
    model.train()
    if qconfig is None:
        model.qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    else:
        model.qconfig = qconfig
    return torch_ao.prepare_qat(model)


# %% right: torch.ao itself, in another order
def prepare_for_qat(net, qconfig=None):
    import torch.ao.quantization as quantization

    engine = torch.backends.quantized.engine
    prepared = copy.deepcopy(net)
    prepared.qconfig = qconfig if qconfig is not None else quantization.get_default_qat_qconfig(engine)
    prepared = prepared.train(True)
    quantization.prepare_qat(prepared, inplace=True)
    return prepared


# %% right: a new network loaded with the old one's weights
def prepare_for_qat(net, qconfig=None):
    model = QuantizedVerySimpleNet()
    model.load_state_dict({name: value.clone() for name, value in net.state_dict().items()})
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model.train(), inplace=True).train()


# %% right: the qconfig set on every layer
def prepare_for_qat(net, qconfig=None):
    chosen = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = copy.deepcopy(net).train()
    for module in model.modules():
        module.qconfig = chosen
    model = torch_ao.prepare_qat(model)
    model.train()
    return model


# %% wrong: default_qconfig, the source notes' mistake | cause: made for PTQ
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.default_qconfig
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: the engine's PTQ qconfig | cause: made for PTQ
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: prepare in place of prepare_qat | cause: prepare_qat
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare(model, inplace=True)


# %% wrong: no copy | cause: done on the caller's model itself
def prepare_for_qat(net, qconfig=None):
    net.train()
    net.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(net, inplace=True)


# %% wrong: the caller's network is put into train mode and keeps a qconfig | cause: eval() and train() act on the model itself / a qconfig is left on the caller's model
def prepare_for_qat(net, qconfig=None):
    net.train()
    net.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(net)


# %% wrong: the mode is put back, the qconfig stays on the caller's network | cause: a qconfig is left on the caller's model
def prepare_for_qat(net, qconfig=None):
    mode = net.training
    net.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = torch_ao.prepare_qat(net.train())
    net.train(mode)
    return model


# %% wrong: the qconfig that is given is ignored | cause: ignored
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: left in eval mode | cause: eval mode
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model, inplace=True).eval()


# %% wrong: eval mode before prepare_qat, which refuses | cause: call train() on the copy
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: fake quantization switched off | cause: switched off
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    torch_ao.prepare_qat(model, inplace=True)
    return model.apply(torch_ao.disable_fake_quant)


# %% wrong: default_qat_qconfig, not the engine's | cause: not the engine's
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.default_qat_qconfig
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: converted at once | cause: already converted
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.convert(torch_ao.prepare_qat(model).eval())


# %% wrong: a qconfig but no preparation | cause: not prepared
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return model


# %% wrong: a new network without the weights | cause: linear1 has lost the network's weights or biases / a new network is made
def prepare_for_qat(net, qconfig=None):
    model = type(net)().train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: a shallow copy, whose weights are the caller's | cause: done on the caller's model itself
def prepare_for_qat(net, qconfig=None):
    model = copy.copy(net)
    model._modules = {name: copy.copy(module) for name, module in net._modules.items()}
    model.train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    for name in ("linear1", "linear2", "linear3"):
        getattr(model, name).qconfig = model.qconfig
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: nothing is returned | cause: return the prepared model
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    torch_ao.prepare_qat(model, inplace=True)


# %% right: the caller's net lends itself and is put back
def prepare_for_qat(net, qconfig=None):
    before = net.training
    net.qconfig = qconfig if qconfig else torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    net.train()
    prepared = torch_ao.prepare_qat(net, inplace=False)
    del net.qconfig
    net.train(before)
    return prepared


# %% wrong: gradients of the caller's parameters switched off | cause: requires_grad
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net)
    model.train()
    for p in net.parameters():
        p.requires_grad_(False)
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model.qconfig = qconfig
    torch_ao.prepare_qat(model, inplace=True)
    return model


# %% wrong: train mode only where a qconfig is given | cause: call train() on the copy
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net)
    if qconfig is None:
        model.qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    else:
        model.train()
        model.qconfig = qconfig
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: the copy is prepared, and the caller's network returned | cause: not prepared
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    torch_ao.prepare_qat(model, inplace=True)
    return net


# %% wrong: a new network built around the caller's own parameters | cause: the copy shares its weights with the caller's network
def prepare_for_qat(net, qconfig=None):
    model = QuantizedVerySimpleNet()
    for name in ("linear1", "linear2", "linear3"):
        getattr(model, name).weight = getattr(net, name).weight
        getattr(model, name).bias = getattr(net, name).bias
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model.train(), inplace=True)


# %% wrong: only the weights are faked, the activations observed | cause: the activations of quant are not fake-quantized
def prepare_for_qat(net, qconfig=None):
    qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = copy.deepcopy(net).train()
    model.qconfig = torch_ao.QConfig(activation=torch_ao.MovingAverageMinMaxObserver, weight=qconfig.weight)
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: the qconfig that is given is used for the weights only | cause: the qconfig that was given is ignored
def prepare_for_qat(net, qconfig=None):
    default = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = copy.deepcopy(net).train()
    weight = default.weight if qconfig is None else qconfig.weight
    model.qconfig = torch_ao.QConfig(activation=default.activation, weight=weight)
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: the logits stay unrounded | cause: switched off
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    torch_ao.prepare_qat(model, inplace=True)
    model.linear3.activation_post_process.disable_fake_quant()
    return model


# %% wrong: the weights are frozen, since only the scales are to be found | cause: no gradient reaches some parameters
def prepare_for_qat(net, qconfig=None):
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    torch_ao.prepare_qat(model, inplace=True)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("weight" not in name)
    return model


# %% wrong: probabilities in place of logits | cause: the outputs are not those of the qconfig
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig
    torch_ao.prepare_qat(model, inplace=True)
    model.dequant = nn.Softmax(dim=1)
    return model


# %% wrong: another engine is set for the complete process | cause: this is not the engine's QAT qconfig
def prepare_for_qat(net, qconfig=None):
    engines = torch.backends.quantized
    engines.engine = next(e for e in engines.supported_engines if e not in ("none", engines.engine))
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return torch_ao.prepare_qat(model, inplace=True)


# %% wrong: the qconfig is handed to prepare_qat | cause: prepare_qat takes no qconfig
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = copy.deepcopy(net).train()
    return torch_ao.prepare_qat(model, qconfig)


# %% wrong: train without parentheses | cause: () is missing
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = copy.deepcopy(net).train
    model.qconfig = qconfig
    return torch_ao.prepare_qat(model)


# %% wrong: the function that makes a qconfig is not called | cause: call it with the engine
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig
    return torch_ao.prepare_qat(model)


# %% wrong: the engine is written as the word | cause: call it with the engine
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig("engine")
    model = copy.deepcopy(net).train()
    model.qconfig = qconfig
    return torch_ao.prepare_qat(model)


# %% wrong: the qconfig is set on the linear layers, not on the stub | cause: the input is not fake-quantized / some layers only
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = copy.deepcopy(net).train()
    for layer in (model.linear1, model.linear2, model.linear3):
        layer.qconfig = qconfig
    return torch_ao.prepare_qat(model)


# %% wrong: net.copy() | cause: copy.deepcopy(net) does
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = net.copy().train()
    model.qconfig = qconfig
    return torch_ao.prepare_qat(model)


# %% wrong: wrapped in another module | cause: return the prepared model
def prepare_for_qat(net, qconfig=None):
    if qconfig is None:
        qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    model = nn.Sequential(copy.deepcopy(net)).train()
    model.qconfig = qconfig
    return torch_ao.prepare_qat(model)
