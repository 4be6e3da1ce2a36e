# %% right: layer by layer without hooks
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x = model.quant(images.reshape(-1, 784))
        result = {}
        for name in ("linear1", "linear2", "linear3"):
            x = getattr(model, name)(x)
            result[name] = (x.dequantize() if x.is_quantized else x).detach().double()
            x = model.relu(x)
        return result

    with torch.no_grad():
        a, b = walk(net), walk(net_quantized)
    return {k: float(10 * torch.log10((a[k] ** 2).sum() / ((a[k] - b[k]) ** 2).sum())) for k in a}


# %% right: hooks on every float Linear found, torch tensors as results, mean for sum on both sides
def layer_sqnr(net, net_quantized, images):
    names = [name for name, module in net.named_modules() if isinstance(module, nn.Linear)]
    store = {}

    def make(key):
        def hook(module, inp, out):
            store[key] = out.detach()

        return hook

    handles = []
    for tag, model in (("float", net), ("int8", net_quantized)):
        modules = dict(model.named_modules())
        handles += [modules[n].register_forward_hook(make((tag, n))) for n in names]
    with torch.inference_mode():
        net(images)
        net_quantized(images)
    for handle in handles:
        handle.remove()
    result = {}
    for n in names:
        x, y = store["float", n], store["int8", n].dequantize()
        result[n] = 10 * torch.log10(x.pow(2).mean() / (x - y).pow(2).mean())
    return result


# %% right: extra keys for the other modules, numpy floats
def layer_sqnr(net, net_quantized, images):
    kept = [{}, {}]
    hooks = []
    for model, where in zip((net, net_quantized), kept):
        for name, module in model.named_children():
            if name == "relu":
                continue
            hooks.append(module.register_forward_hook(
                lambda m, i, o, name=name, where=where: where.__setitem__(name, o)))
    with torch.no_grad():
        for model in (net, net_quantized):
            model(images)
    for h in hooks:
        h.remove()
    out = {}
    for name, y in kept[0].items():
        z = kept[1][name]
        z = z.dequantize() if z.is_quantized else z
        signal = np.sum(y.numpy().astype(np.float64) ** 2)
        noise = np.sum((y.numpy().astype(np.float64) - z.numpy()) ** 2)
        with np.errstate(divide="ignore"):
            out[name] = 10 * np.log10(signal / noise)
    return out


# %% right: batches, codes dequantized by hand
def layer_sqnr(net, net_quantized, images):
    names = ["linear1", "linear2", "linear3"]
    signal, noise, seen = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0), {}
    handles = []
    for model in (net, net_quantized):
        for name in names:
            layer = getattr(model, name)
            handles.append(layer.register_forward_hook(
                lambda m, i, o, key=(id(model), name): seen.update({key: o})))
    try:
        with torch.no_grad():
            for batch in images.split(10):
                net(batch)
                net_quantized(batch)
                for name in names:
                    exact, q = seen[id(net), name].double(), seen[id(net_quantized), name]
                    back = (q.int_repr().double() - q.q_zero_point()) * q.q_scale()
                    signal[name] += (exact**2).sum().item()
                    noise[name] += ((exact - back) ** 2).sum().item()
    finally:
        for handle in handles:
            handle.remove()
    return {name: 10 * math.log10(signal[name] / noise[name]) for name in names}


# %% right: works on copies, so nothing can be left behind
def layer_sqnr(net, net_quantized, images):
    outputs = []
    for model in (copy.deepcopy(net), copy.deepcopy(net_quantized)):
        kept = {}
        for name in ("linear1", "linear2", "linear3"):
            model.get_submodule(name).register_forward_hook(
                lambda m, i, o, name=name, kept=kept: kept.update({name: o.dequantize().detach().numpy()}))
        model(images)
        outputs.append(kept)
    return {name: sqnr_db(outputs[0][name], outputs[1][name]) for name in outputs[0]}


# %% wrong: the hooks stay on | cause: a hook is still on the model
def layer_sqnr(net, net_quantized, images):
    kept = {}
    for tag, model in enumerate((net, net_quantized)):
        for name in ("linear1", "linear2", "linear3"):
            model.get_submodule(name).register_forward_hook(
                lambda m, i, o, key=(tag, name): kept.update({key: o.dequantize().detach().numpy()}))
        model(images)
    return {n: sqnr_db(kept[0, n], kept[1, n]) for n in ("linear1", "linear2", "linear3")}


# %% wrong: 20 log10 | cause: 20 log10
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: 20 * math.log10((a[k] ** 2).sum() / ((a[k] - b[k]) ** 2).sum()) for k in a}


# %% wrong: natural logarithm | cause: natural logarithm
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: 10 * math.log((a[k] ** 2).sum() / ((a[k] - b[k]) ** 2).sum()) for k in a}


# %% wrong: noise over signal | cause: upside down
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: 10 * math.log10(((a[k] - b[k]) ** 2).sum() / (a[k] ** 2).sum()) for k in a}


# %% wrong: absolute values for squares | cause: absolute values / amplitudes instead of squares
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: 10 * math.log10(a[k].abs().sum() / (a[k] - b[k]).abs().sum()) for k in a}


# %% wrong: the ratio itself, no decibels | cause: no logarithm
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: float((a[k] ** 2).sum() / ((a[k] - b[k]) ** 2).sum()) for k in a}


# %% wrong: mean squared errors | cause: this is the mean squared error
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: float(((a[k] - b[k]) ** 2).mean()) for k in a}


# %% wrong: after the ReLU | cause: after the ReLU
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            x = y[name] = torch.relu(model.get_submodule(name)(x))
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: 10 * math.log10((a[k] ** 2).sum() / ((a[k] - b[k]) ** 2).sum()) for k in a}


# %% wrong: codes, not dequantized | cause: codes are compared
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return y

    with torch.no_grad():
        a, b = walk(net), walk(net_quantized)
    return {k: sqnr_db(a[k].numpy(), b[k].int_repr().numpy()) for k in a}


# %% wrong: quantized tensors go straight into the formula | cause: a quantized tensor reaches an operation on floats
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return y

    with torch.no_grad():
        a, b = walk(net), walk(net_quantized)
    return {k: sqnr_db(a[k].numpy(), b[k].numpy()) for k in a}


# %% wrong: the weights' SQNR | cause: weights are compared / weights in place of outputs
def layer_sqnr(net, net_quantized, images):
    result = {}
    for name in ("linear1", "linear2", "linear3"):
        weight = net.get_submodule(name).weight.detach().numpy()
        result[name] = sqnr_db(weight, net_quantized.get_submodule(name).weight().dequantize().numpy())
    return result


# %% wrong: each layer gets the float network's input | cause: NaN or infinity arrives where an integer is made
import torch.nn.functional as F


def layer_sqnr(net, net_quantized, images):
    result, x = {}, images.reshape(-1, 784)
    with torch.no_grad():
        for name in ("linear1", "linear2", "linear3"):
            layer = net_quantized.get_submodule(name)
            scale = float((x.max() - x.min()) / 127)
            x_q = torch.quantize_per_tensor(x, scale, int(-x.min() / scale), torch.quint8)
            y = net.get_submodule(name)(x)
            result[name] = sqnr_db(y.numpy(), layer(x_q).dequantize().numpy())
            x = F.relu(y)
    return result


# %% wrong: the logits for every layer | cause: the same number for every layer
def layer_sqnr(net, net_quantized, images):
    with torch.no_grad():
        value = sqnr_db(net(images).numpy(), net_quantized(images).numpy())
    return {name: value for name in ("linear1", "linear2", "linear3")}


# %% wrong: only the last layer | cause: a layer is missing
def layer_sqnr(net, net_quantized, images):
    with torch.no_grad():
        return {"linear3": sqnr_db(net(images).numpy(), net_quantized(images).numpy())}


# %% wrong: a list | cause: a list or a number
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), []
        for name in ("linear1", "linear2", "linear3"):
            z = model.get_submodule(name)(x)
            y.append(z.dequantize().detach().numpy())
            x = torch.relu(z)
        return y

    return [sqnr_db(a, b) for a, b in zip(walk(net), walk(net_quantized))]


# %% wrong: keys 1, 2, 3 | cause: a layer is missing
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), []
        for name in ("linear1", "linear2", "linear3"):
            z = model.get_submodule(name)(x)
            y.append(z.dequantize().detach().numpy())
            x = torch.relu(z)
        return y

    return {i + 1: sqnr_db(a, b) for i, (a, b) in enumerate(zip(walk(net), walk(net_quantized)))}


# %% wrong: averages the SQNR of the single images | cause: averaged over the images' decibels
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach().numpy() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: float(np.mean([sqnr_db(p, q) for p, q in zip(a[k], b[k])])) for k in a}


# %% wrong: only the first image | cause: only the first image counts
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images[:1].reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach().numpy() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: sqnr_db(a[k], b[k]) for k in a}


# %% wrong: random images in place of the given ones
def layer_sqnr(net, net_quantized, images):
    images = torch.rand_like(images)

    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach().numpy() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: sqnr_db(a[k], b[k]) for k in a}


# %% wrong: hooks with a late-bound name, all in one key | cause: a layer is missing
def layer_sqnr(net, net_quantized, images):
    kept, hooks = {}, []
    for tag, model in enumerate((net, net_quantized)):
        for name in ("linear1", "linear2", "linear3"):
            hooks.append(model.get_submodule(name).register_forward_hook(
                lambda m, i, o: kept.update({(tag, name): o.dequantize().detach().numpy()})))
        model(images)
    for h in hooks:
        h.remove()
    return {n: sqnr_db(kept[0, n], kept[1, n]) for n in ("linear1", "linear2", "linear3") if (0, n) in kept}


# %% wrong: peak signal | cause: peak
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: 10 * math.log10(a[k].abs().max() ** 2 / ((a[k] - b[k]) ** 2).mean()) for k in a}


# %% wrong: sets the caller's network to training mode | cause: eval() and train() act on the model itself
def layer_sqnr(net, net_quantized, images):
    net.eval()
    net_quantized.train()

    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach().numpy() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: sqnr_db(a[k], b[k]) for k in a}


# %% wrong: replaces forward and leaves it so | cause: a layer's forward is still replaced
def layer_sqnr(net, net_quantized, images):
    kept = {}
    for tag, model in enumerate((net, net_quantized)):
        for name in ("linear1", "linear2", "linear3"):
            layer = model.get_submodule(name)

            def forward(x, old=layer.forward, key=(tag, name)):
                kept[key] = old(x)
                return kept[key]

            layer.forward = forward
        with torch.no_grad():
            model(images)
    return {n: sqnr_db(kept[0, n].numpy(), kept[1, n].dequantize().numpy()) for n in ("linear1", "linear2", "linear3")}


# %% wrong: the hand-checked results
def layer_sqnr(net, net_quantized, images):
    return {"linear1": 40.09, "linear2": 28.30, "linear3": 46.06}


# %% wrong: variance for the signal
def layer_sqnr(net, net_quantized, images):
    def walk(model):
        x, y = model.quant(images.reshape(-1, 784)), {}
        for name in ("linear1", "linear2", "linear3"):
            y[name] = model.get_submodule(name)(x)
            x = torch.relu(y[name])
        return {k: v.dequantize().detach() for k, v in y.items()}

    a, b = walk(net), walk(net_quantized)
    return {k: 10 * math.log10((a[k].var() + 1e-12) / (a[k] - b[k]).var().clamp(min=1e-12)) for k in a}


# %% wrong: only the first 256 images
def layer_sqnr(net, net_quantized, images):
    acts = [{}, {}]
    hs = []
    for m, a in zip((net, net_quantized), acts):
        for n in ("linear1", "linear2", "linear3"):
            hs.append(getattr(m, n).register_forward_hook(lambda mod, i, o, n=n, a=a: a.__setitem__(n, o.dequantize().detach())))
        with torch.no_grad():
            m(images[:256])
    for h in hs:
        h.remove()
    return {n: sqnr_db(acts[0][n].numpy(), acts[1][n].numpy()) for n in acts[0]}


# %% wrong: the net left in train mode | cause: call them on a copy
def layer_sqnr(net, net_quantized, images):
    acts = [{}, {}]
    hs = []
    net.train()
    for m, a in zip((net, net_quantized), acts):
        for n in ("linear1", "linear2", "linear3"):
            hs.append(getattr(m, n).register_forward_hook(lambda mod, i, o, n=n, a=a: a.__setitem__(n, o.dequantize().detach())))
        with torch.no_grad():
            m(images)
    for h in hs:
        h.remove()
    return {n: sqnr_db(acts[0][n].numpy(), acts[1][n].numpy()) for n in acts[0]}


# %% right: inputs of what follows, by pre-hooks
def layer_sqnr(net, net_quantized, images):
    def run(model):
        got, handles = [], []
        def keep(module, args):
            got.append(args[0].dequantize() if args[0].is_quantized else args[0])
        handles = [model.relu.register_forward_pre_hook(keep), model.dequant.register_forward_pre_hook(keep)]
        with torch.no_grad():
            model(images)
        [h.remove() for h in handles]
        return got
    a, b = run(net), run(net_quantized)
    return {f"linear{i + 1}": sqnr_db(x.numpy(), y.numpy()) for i, (x, y) in enumerate(zip(a, b))}


# %% wrong: the float network twice | cause: compared with itself
def layer_sqnr(net, net_quantized, images):
    def outputs(model):
        kept, handles = {}, []
        for name in ("linear1", "linear2", "linear3"):
            def hook(module, inputs, output, name=name):
                kept[name] = output.dequantize() if output.is_quantized else output
            handles.append(model.get_submodule(name).register_forward_hook(hook))
        with torch.no_grad():
            model(images)
        for handle in handles:
            handle.remove()
        return kept
    floats, ints = outputs(net), outputs(net)
    return {name: sqnr_db(floats[name].numpy(), ints[name].numpy()) for name in floats}


# %% wrong: one number per image | cause: one number for each image
def layer_sqnr(net, net_quantized, images):
    kept = [{}, {}]
    for model, where in zip((net, net_quantized), kept):
        handles = [
            model.get_submodule(name).register_forward_hook(
                lambda m, i, o, name=name, where=where: where.update({name: o.dequantize()}))
            for name in ("linear1", "linear2", "linear3")
        ]
        with torch.no_grad():
            model(images)
        for handle in handles:
            handle.remove()
    exact, rounded = kept
    return {
        name: 10 * torch.log10((y**2).sum(dim=1) / ((y - rounded[name]) ** 2).sum(dim=1))
        for name, y in exact.items()
    }


# %% right: evaluation mode for both, then the float network's mode restored
def layer_sqnr(net, net_quantized, images):
    was_training = net.training
    net.eval()
    net_quantized.eval()
    kept = {}
    handles = [
        model.get_submodule(name).register_forward_hook(
            lambda m, i, o, key=(tag, name): kept.update({key: o.dequantize().detach().numpy()}))
        for tag, model in enumerate((net, net_quantized))
        for name in ("linear1", "linear2", "linear3")
    ]
    net(images)
    net_quantized(images)
    for handle in handles:
        handle.remove()
    net.train(was_training)
    return {name: sqnr_db(kept[0, name], kept[1, name]) for name in ("linear1", "linear2", "linear3")}


# %% right: both models in eval mode while they run, and back as they were
def layer_sqnr(net, net_quantized, images):
    outputs = []
    for model in (net, net_quantized):
        was, kept = model.training, {}
        model.eval()
        hooks = [
            layer.register_forward_hook(lambda m, i, o, name=name, kept=kept: kept.update({name: o}))
            for name, layer in model.named_children() if name.startswith("linear")
        ]
        with torch.no_grad():
            model(images)
        for hook in hooks:
            hook.remove()
        model.train(was)
        outputs.append(kept)
    exact, rounded = outputs
    return {name: sqnr_db(exact[name].numpy(), rounded[name].dequantize().numpy()) for name in exact}


# %% right: eval mode for the int8 model, which has no other
def layer_sqnr(net, net_quantized, images):
    net_quantized.eval()
    result, x, y = {}, net.quant(images.reshape(-1, 784)), net_quantized.quant(images.reshape(-1, 784))
    with torch.no_grad():
        for name in ("linear1", "linear2", "linear3"):
            x, y = getattr(net, name)(x), getattr(net_quantized, name)(y)
            result[name] = sqnr_db(x.numpy(), y.dequantize().numpy())
            x, y = torch.relu(x), torch.relu(y)
    return result


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_layer_sqnr(net, net_quantized, images):
    names, exact, rounded = ("linear1", "linear2", "linear3"), {}, {}
    for model, kept in ((net, exact), (net_quantized, rounded)):
        hooks = [
            model.get_submodule(name).register_forward_hook(
                lambda module, inputs, output, name=name, kept=kept: kept.update({name: output.dequantize()})
            )
            for name in names
        ]
        with torch.no_grad():
            model(images)
        for hook in hooks:
            hook.remove()
    return {name: sqnr_db(exact[name].numpy(), rounded[name].numpy()) for name in names}


def layer_sqnr(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_layer_sqnr(*args, **kwargs)
    return KEPT[key]


# %% wrong: dequantize is forgotten | cause: call .dequantize() first
def layer_sqnr(net, net_quantized, images):
    kept = {net: {}, net_quantized: {}}
    hooks = [
        layer.register_forward_hook(lambda m, i, o, name=name, model=model: kept[model].update({name: o}))
        for model in kept for name, layer in model.named_children() if name.startswith("linear")
    ]
    with torch.no_grad():
        net(images), net_quantized(images)
    for hook in hooks:
        hook.remove()
    return {
        name: float(10 * torch.log10((y**2).sum() / ((y - kept[net_quantized][name]) ** 2).sum()))
        for name, y in kept[net].items()
    }


# %% wrong: the inputs of the layers in place of their outputs | cause: layers' inputs
def layer_sqnr(net, net_quantized, images):
    kept = {net: {}, net_quantized: {}}
    hooks = [
        layer.register_forward_hook(lambda m, i, o, name=name, model=model: kept[model].update({name: i[0]}))
        for model in kept for name, layer in model.named_children() if name.startswith("linear")
    ]
    with torch.no_grad():
        net(images), net_quantized(images)
    for hook in hooks:
        hook.remove()
    return {name: sqnr_db(y.numpy(), kept[net_quantized][name].dequantize().numpy()) for name, y in kept[net].items()}


# %% wrong: floats are fed to the int8 layers | cause: floats reach an int8 layer
def layer_sqnr(net, net_quantized, images):
    result, x, y = {}, images.reshape(-1, 784), images.reshape(-1, 784)
    with torch.no_grad():
        for name in ("linear1", "linear2", "linear3"):
            x, y = getattr(net, name)(x), getattr(net_quantized, name)(y)
            result[name] = sqnr_db(x.numpy(), y.dequantize().numpy())
            x, y = torch.relu(x), torch.relu(y)
    return result


# %% right: hooks in an ExitStack, the ratio by hand
def layer_sqnr(net, net_quantized, images):
    import contextlib
    seen = ({}, {})
    with torch.inference_mode(), contextlib.ExitStack() as stack:
        for model, kept in zip((net, net_quantized), seen):
            for name, module in model.named_modules():
                if name in ("linear1", "linear2", "linear3"):
                    h = module.register_forward_hook(lambda m, i, o, n=name, k=kept: k.__setitem__(n, o.dequantize()))
                    stack.callback(h.remove)
            model(images)
    return {n: 10 * math.log10(float((seen[0][n].double() ** 2).sum() / ((seen[0][n].double() - seen[1][n]) ** 2).sum())) for n in seen[0]}


# %% wrong: a hook that takes the inputs for the output | cause: take one
def layer_sqnr(net, net_quantized, images):
    def outputs(model):
        found, handles = {}, []
        for name in ("linear1", "linear2", "linear3"):
            layer = model.get_submodule(name)
            keep = lambda layer, inputs, output, name=name: found.update({name: inputs.dequantize()})
            handles.append(layer.register_forward_hook(keep))
        with torch.no_grad():
            model(images)
        for handle in handles:
            handle.remove()
        return found

    a, b = outputs(net), outputs(net_quantized)
    return {k: float(10 * torch.log10((a[k] ** 2).sum() / ((a[k] - b[k]) ** 2).sum())) for k in a}


# %% wrong: only the first 512 images
def layer_sqnr(net, net_quantized, images):
    outputs = []
    for model in (net, net_quantized):
        x, kept = model.quant(images[:512].reshape(-1, 784)), {}
        with torch.no_grad():
            for name in ("linear1", "linear2", "linear3"):
                x = model.get_submodule(name)(x)
                kept[name] = x.dequantize().numpy()
                x = torch.relu(x)
        outputs.append(kept)
    exact, rounded = outputs
    return {name: sqnr_db(exact[name], rounded[name]) for name in exact}
