# %% right: the fused module, a dictionary of arguments
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    arguments = {"quant_min": -top, "quant_max": top, "dtype": torch.qint8}
    if per_channel:
        arguments["observer"] = torch_ao.MovingAveragePerChannelMinMaxObserver
        arguments["qscheme"] = torch.per_channel_symmetric
    else:
        arguments["observer"] = torch_ao.MovingAverageMinMaxObserver
        arguments["qscheme"] = torch.per_tensor_symmetric
    fused = torch_ao.FusedMovingAvgObsFakeQuantize
    return torch_ao.QConfig(
        activation=fused.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
        ),
        weight=fused.with_args(**arguments),
    )


# %% right: MinMax observers
def low_bit_qconfig(bits, per_channel=False):
    limit = (1 << (bits - 1)) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    scheme = torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-limit, quant_max=limit, dtype=torch.qint8, qscheme=scheme
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8,
        qscheme=torch.per_tensor_affine,
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% right: functools.partial in place of with_args, ch_axis named, torch.ao itself
def low_bit_qconfig(bits, per_channel=False):
    from functools import partial

    from torch.ao.quantization import FakeQuantize, QConfig, observer

    top = 2 ** (bits - 1) - 1
    if per_channel:
        make = partial(
            FakeQuantize, observer.MovingAveragePerChannelMinMaxObserver, -top, top,
            dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=0, averaging_constant=0.5,
        )
    else:
        make = partial(
            FakeQuantize, observer.MovingAverageMinMaxObserver, -top, top,
            dtype=torch.qint8, qscheme=torch.per_tensor_symmetric,
        )
    return QConfig(partial(FakeQuantize, observer.MovingAverageMinMaxObserver, 0, 255), make)


# %% right: a function as the weight's factory
def low_bit_qconfig(bits, per_channel=False):
    def weight(**kwargs):
        top = 2 ** (bits - 1) - 1
        kinds = {
            True: (torch_ao.PerChannelMinMaxObserver, torch.per_channel_symmetric),
            False: (torch_ao.MinMaxObserver, torch.per_tensor_symmetric),
        }
        observer, qscheme = kinds[bool(per_channel)]
        return torch_ao.FakeQuantize(observer, -top, top, dtype=torch.qint8, qscheme=qscheme, **kwargs)

    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(weight=weight, activation=activation)


# %% wrong: bits is ignored | cause: bits is ignored
def low_bit_qconfig(bits, per_channel=False):
    return torch_ao.QConfig(
        activation=torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
        ),
        weight=torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel
            else torch_ao.MovingAverageMinMaxObserver,
            quant_min=-127, quant_max=127, dtype=torch.qint8,
            qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
        ),
    )


# %% wrong: -2^(bits-1) is allowed too | cause: one code too many
def low_bit_qconfig(bits, per_channel=False):
    observer = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-(2 ** (bits - 1)), quant_max=2 ** (bits - 1) - 1, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: a bit too many, the sign forgotten | cause: one bit too many
def low_bit_qconfig(bits, per_channel=False):
    top = min(2**bits - 1, 127)
    observer = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: per_channel is ignored | cause: per_channel is ignored
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    weight = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: always per channel | cause: per_channel is ignored
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    weight = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAveragePerChannelMinMaxObserver, quant_min=-top, quant_max=top,
        dtype=torch.qint8, qscheme=torch.per_channel_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: observers only, nothing is faked | cause: observer only
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = observer.with_args(
        quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.MinMaxObserver.with_args(quant_min=0, quant_max=255, dtype=torch.quint8)
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: the activations are observed, not faked | cause: activation has an observer only
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.MinMaxObserver.with_args(quant_min=0, quant_max=255, dtype=torch.quint8)
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: low bits for the activations too | cause: few bits
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MinMaxObserver, quant_min=0, quant_max=2**bits - 1, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: activations of 7 bits, as default_qconfig has them | cause: 7 bits
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=127, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: affine weights | cause: affine
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_affine if per_channel else torch.per_tensor_affine,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: a scale for each input | cause: axis 0
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    if per_channel:
        weight = torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAveragePerChannelMinMaxObserver, quant_min=-top, quant_max=top,
            dtype=torch.qint8, qscheme=torch.per_channel_symmetric, ch_axis=1,
        )
    else:
        weight = torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver, quant_min=-top, quant_max=top,
            dtype=torch.qint8, qscheme=torch.per_tensor_symmetric,
        )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: modules in place of factories | cause: a QConfig takes what makes observers
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize(
        observer=torch_ao.MinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: the range narrowed twice, 2^(bits-2) | cause: one bit too few
def low_bit_qconfig(bits, per_channel=False):
    top = max(2 ** (bits - 2), 1)
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: a table for the bits of the lesson, 2 to 4 and 8 | cause: bits is ignored
def low_bit_qconfig(bits, per_channel=False):
    top = {2: 1, 3: 3, 4: 7}.get(bits, 127)
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: symmetric activations in qint8 | cause: the activations are signed
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MinMaxObserver, quant_min=-128, quant_max=127, dtype=torch.qint8,
        qscheme=torch.per_tensor_symmetric,
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: nothing is returned | cause: return a torch_ao
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    weight = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MinMaxObserver, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: the activation of default_qat_qconfig, which has reduce_range | cause: reduce_range
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    return torch_ao.default_qat_qconfig._replace(weight=weight)


# %% wrong: activations signed | cause: signed
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    scheme = torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric
    weight = torch_ao.FakeQuantize.with_args(observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8, qscheme=scheme)
    activation = torch_ao.FakeQuantize.with_args(observer=torch_ao.MovingAverageMinMaxObserver, quant_min=-128, quant_max=127, dtype=torch.qint8)
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% right: lambdas that take torch's keywords, positional arguments
def low_bit_qconfig(bits, per_channel=False):
    n = 2 ** bits // 2 - 1
    if per_channel:
        make = lambda **kw: torch_ao.FakeQuantize(torch_ao.MovingAveragePerChannelMinMaxObserver, -n, n, dtype=torch.qint8,
                                             qscheme=torch.per_channel_symmetric, averaging_constant=1)
    else:
        make = lambda **kw: torch_ao.FakeQuantize(torch_ao.MovingAverageMinMaxObserver, -n, n, dtype=torch.qint8,
                                             qscheme=torch.per_tensor_symmetric, averaging_constant=1)
    return torch_ao.QConfig(lambda **kw: torch_ao.FakeQuantize(torch_ao.MovingAverageMinMaxObserver, 0, 255), make)


# %% wrong: unsigned weights | cause: unsigned
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    weight = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver,
        quant_min=0, quant_max=2 * top, dtype=torch.quint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
        averaging_constant=1.0,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255,
        dtype=torch.quint8, qscheme=torch.per_tensor_affine,
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: one code too many, per channel only | cause: one code too many
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.MovingAverageMinMaxObserver
    low, scheme = -top, torch.per_tensor_symmetric
    if per_channel:
        observer = torch_ao.MovingAveragePerChannelMinMaxObserver
        low, scheme = -top - 1, torch.per_channel_symmetric
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=low, quant_max=top, dtype=torch.qint8, qscheme=scheme, averaging_constant=1.0
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: the activations have the fixed range 0 to 1 of the images | cause: the activations' scale does not fit their range in 8 bits
def low_bit_qconfig(bits, per_channel=False):
    from torch.ao.quantization import default_fixed_qparams_range_0to1_fake_quant

    top = 2 ** (bits - 1) - 1
    weight = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver,
        quant_min=-top, quant_max=top, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    return torch_ao.QConfig(activation=default_fixed_qparams_range_0to1_fake_quant, weight=weight)


# %% wrong: the weights' fake quantization starts switched off | cause: training sees more values of a weight than its bits allow
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1

    def weight(**options):
        fake = torch_ao.FakeQuantize(
            torch_ao.PerChannelMinMaxObserver if per_channel else torch_ao.MinMaxObserver, -top, top,
            dtype=torch.qint8, qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
        )
        fake.disable_fake_quant()
        return fake

    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: averaging_constant above 1, so that the scale surely follows | cause: the weights' scale does not follow the weights
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    observer = torch_ao.MovingAverageMinMaxObserver
    if per_channel:
        observer = torch_ao.MovingAveragePerChannelMinMaxObserver
    weight = torch_ao.FakeQuantize.with_args(
        observer=observer, quant_min=-top, quant_max=top, dtype=torch.qint8, averaging_constant=1.5,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: a per-channel scheme for an observer that has one scale per tensor | cause: the qscheme does not fit the observer
def low_bit_qconfig(bits, per_channel=False):
    weight = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=1 - 2 ** (bits - 1),
        quant_max=2 ** (bits - 1) - 1, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
    )
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    return torch_ao.QConfig(activation=activation, weight=weight)


# %% wrong: the engine's qconfig whatever the bits | cause: bits is ignored
def low_bit_qconfig(bits, per_channel=False):
    return torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)


# %% wrong: the dtype of the weights is left to the default | cause: codes below 0 do not fit in quint8
def low_bit_qconfig(bits, per_channel=False):
    m = 2 ** (bits - 1) - 1
    obs = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    w = torch_ao.FakeQuantize.with_args(observer=obs, quant_min=-m, quant_max=m,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric)
    a = torch_ao.FakeQuantize.with_args(observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8)
    return torch_ao.QConfig(activation=a, weight=w)


# %% wrong: ^ taken for a power | cause: in Python ^ is no power
def low_bit_qconfig(bits, per_channel=False):
    m = 2 ^ (bits - 1) - 1
    obs = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    w = torch_ao.FakeQuantize.with_args(observer=obs, quant_min=-m, quant_max=m, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric)
    a = torch_ao.FakeQuantize.with_args(observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8)
    return torch_ao.QConfig(activation=a, weight=w)


# %% wrong: quant_max is a float | cause: they must be int
def low_bit_qconfig(bits, per_channel=False):
    m = 2 ** bits / 2 - 1
    obs = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    w = torch_ao.FakeQuantize.with_args(observer=obs, quant_min=-m, quant_max=m, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric)
    a = torch_ao.FakeQuantize.with_args(observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8)
    return torch_ao.QConfig(activation=a, weight=w)


# %% wrong: an observer in place of its class | cause: takes the class itself
def low_bit_qconfig(bits, per_channel=False):
    m = 2 ** (bits - 1) - 1
    obs = torch_ao.MovingAveragePerChannelMinMaxObserver() if per_channel else torch_ao.MovingAverageMinMaxObserver()
    w = torch_ao.FakeQuantize.with_args(observer=obs, quant_min=-m, quant_max=m, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric)
    a = torch_ao.FakeQuantize.with_args(observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8)
    return torch_ao.QConfig(activation=a, weight=w)


# %% wrong: quant_min is left out, so that neither counts | cause: quant_min or quant_max is left out
def low_bit_qconfig(bits, per_channel=False):
    m = 2 ** (bits - 1) - 1
    obs = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    w = torch_ao.FakeQuantize.with_args(observer=obs, quant_max=m, dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric)
    a = torch_ao.FakeQuantize.with_args(observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8)
    return torch_ao.QConfig(activation=a, weight=w)


# %% wrong: activations per channel, too | cause: activations take one scale
def low_bit_qconfig(bits, per_channel=False):
    m = 2 ** (bits - 1) - 1
    obs = torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver
    scheme = torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric
    w = torch_ao.FakeQuantize.with_args(observer=obs, quant_min=-m, quant_max=m, dtype=torch.qint8, qscheme=scheme)
    a = torch_ao.FakeQuantize.with_args(observer=obs, quant_min=0, quant_max=255, dtype=torch.quint8, qscheme=scheme)
    return torch_ao.QConfig(activation=a, weight=w)
