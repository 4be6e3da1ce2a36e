# %% right: a helper for each flow, own accuracy
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    def ptq(b):
        model = copy.deepcopy(net).eval()
        model.qconfig = low_bit_qconfig(b)
        torch_ao.prepare(model, inplace=True)
        with torch.inference_mode():
            model(images)
        return torch_ao.convert(model)

    def trained(b):
        model = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(model, images, labels, epochs=5, freeze_after=3)
        return convert_qat(model)

    def share(model):
        with torch.no_grad():
            return (model(test_images).argmax(1) == test_labels).double().mean().item()

    return {b: (share(ptq(b)), share(trained(b))) for b in bits}


# %% wrong: percent | cause: percentages
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    def ptq(b):
        model = copy.deepcopy(net).eval()
        model.qconfig = low_bit_qconfig(b)
        torch_ao.prepare(model, inplace=True)
        with torch.inference_mode():
            model(images)
        return torch_ao.convert(model)

    def trained(b):
        model = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(model, images, labels, epochs=5, freeze_after=3)
        return convert_qat(model)

    def percent(model):
        with torch.no_grad():
            return 100 * (model(test_images).argmax(1) == test_labels).double().mean().item()

    return {b: (percent(ptq(b)), percent(trained(b))) for b in bits}


# %% wrong: measured with fake quantization, before any conversion | cause: before it is converted
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    table = {}
    for b in bits:
        calibrated = prepare_for_qat(net, low_bit_qconfig(b))
        calibrated.eval()
        with torch.no_grad():
            for start in range(0, len(images), 128):
                calibrated(images[start : start + 128])
        calibrated.apply(torch_ao.disable_observer)
        learned = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(learned, images, labels, epochs=3, freeze_after=2)
        learned.eval().apply(torch_ao.disable_observer)
        table[b] = (accuracy(calibrated, test_images, test_labels), accuracy(learned, test_images, test_labels))
    return table


# %% right: all PTQ first, then all QAT; calibrated on a part of the training images; lists of two
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {b: [] for b in bits}
    for b in bits:
        model = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            model(images[: len(images) // 2])
        results[b].append(accuracy(convert_qat(model), test_images, test_labels))
    for b in sorted(bits, reverse=True):
        model = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(model, images, labels)
        results[b].append(accuracy(convert_qat(model), test_images, test_labels))
    return results


# %% right: one prepared model, deep-copied before calibration
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    out = dict()
    for n in list(bits):
        prepared = prepare_for_qat(net, qconfig=low_bit_qconfig(bits=n))
        for_ptq = copy.deepcopy(prepared).eval()
        with torch.no_grad():
            for_ptq(images)
        train_qat(prepared, images, labels, epochs=4, freeze_after=2)
        rates = []
        for model in map(convert_qat, (for_ptq, prepared)):
            guesses = torch.cat([model(part).argmax(dim=1) for part in test_images.split(50)])
            rates.append(float(np.mean((guesses == test_labels).numpy())))
        out[n] = tuple(rates)
    return out


# %% wrong: calibrated on the test images (source notes) | cause: calibrate on images
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(test_images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: trained on the test images | cause: PTQ never trains / train_qat is given test_images
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, test_images, test_labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: (qat, ptq) | cause: wrong way round / PTQ never trains; QAT calls train_qat
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (qat, ptq))
    return results


# %% wrong: the qconfig is made once, for the first number of bits | cause: per tensor
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results, qconfig = {}, low_bit_qconfig(bits[0])
    for b in bits:
        ptq = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, qconfig)
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: bits is ignored | cause: bits is ignored
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in (8, 4, 3, 2):
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: the default qconfig, always 8 bits | cause: one is measured before it is converted
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net)
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: QAT is never trained | cause: PTQ never trains / train_qat is not called
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        with torch.no_grad():
            ptq(images), qat(images)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: one prepared model for both, measured as PTQ after it was trained | cause: PTQ never trains / the model that was calibrated for PTQ is the one that is tra
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        model = prepare_for_qat(net, low_bit_qconfig(b))
        ptq = model
        with torch.no_grad():
            ptq(images)
        train_qat(model, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, model))
    return results


# %% wrong: the float network's accuracy as PTQ | cause: PTQ is not calibrated
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = (
            accuracy(net, test_images, test_labels),
            accuracy(convert_qat(qat), test_images, test_labels),
        )
    return results


# %% wrong: PTQ without calibration | cause: PTQ is not calibrated
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: the accuracies on the training images | cause: PTQ never trains / the accuracy is measured on the training images
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(m), images, labels) for m in (ptq, qat))
    return results


# %% wrong: the error rates | cause: shares of wrong answers / error rates
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(1 - accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: a list, not a dictionary | cause: the keys must be 8 and 3 here
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = []
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results.append(tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat)))
    return results


# %% wrong: the caller's network is trained | cause: done on the caller's model itself
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        for name in ("linear1", "linear2", "linear3"):
            getattr(net, name).load_state_dict(getattr(qat, name).state_dict(), strict=False)
        results[b] = tuple(accuracy(convert_qat(m), test_images, test_labels) for m in (ptq, qat))
    return results


# %% wrong: the results measured once, copied out of the lesson | cause: PTQ never trains / no network is called at all
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    known = {8: (0.973, 0.976), 4: (0.97, 0.975), 3: (0.15, 0.972), 2: (0.22, 0.84)}
    return {b: known[b] for b in bits}


# %% wrong: QAT measured before conversion with fake quantization off | cause: one is measured before it is converted
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    result = {}
    for b in bits:
        model = copy.deepcopy(net).eval()
        model.qconfig = low_bit_qconfig(b)
        model = torch_ao.prepare(model)
        with torch.no_grad():
            model(images)
        model = torch_ao.convert(model)
        trained = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(trained, images, labels, epochs=3, freeze_after=2)
        qat = trained.apply(torch_ao.disable_fake_quant).eval()
        result[b] = accuracy(model, test_images, test_labels), accuracy(qat, test_images, test_labels)
    return result


# %% wrong: default qconfig for QAT | cause: one is measured before it is converted
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    result = {}
    for b in bits:
        model = copy.deepcopy(net).eval()
        model.qconfig = low_bit_qconfig(b)
        model = torch_ao.prepare(model)
        with torch.no_grad():
            model(images)
        model = torch_ao.convert(model)
        trained = prepare_for_qat(net)
        train_qat(trained, images, labels, epochs=3, freeze_after=2)
        qat = convert_qat(trained)
        result[b] = accuracy(model, test_images, test_labels), accuracy(qat, test_images, test_labels)
    return result


# %% wrong: QAT never trained | cause: QAT is as bad as PTQ / PTQ never trains; QAT calls train_qat
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    result = {}
    for b in bits:
        model = copy.deepcopy(net).eval()
        model.qconfig = low_bit_qconfig(b)
        model = torch_ao.prepare(model)
        with torch.no_grad():
            model(images)
        model = torch_ao.convert(model)
        trained = prepare_for_qat(net, low_bit_qconfig(b))
        trained(images)
        qat = convert_qat(trained)
        result[b] = accuracy(model, test_images, test_labels), accuracy(qat, test_images, test_labels)
    return result


# %% right: QAT and PTQ from a new network with net's state_dict
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    fresh = QuantizedVerySimpleNet()
    fresh.load_state_dict(net.state_dict())
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(fresh, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(fresh, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = (ptq, qat)
    return results


# %% right: the frozen fake model is looked at too
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(net, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        model.apply(torch_ao.disable_observer)
        accuracy(model.eval(), test_images, test_labels)
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = (ptq, qat)
    return results


# %% wrong: PTQ calibrated on both | cause: calibrate on images
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
            model(test_images)
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(net, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = (ptq, qat)
    return results


# %% wrong: qconfig left on net | cause: qconfig is left
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        net.qconfig = qconfig
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(net, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = (ptq, qat)
    return results


# %% wrong: one scale for each channel | cause: per tensor
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b, per_channel=True)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(net, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = (ptq, qat)
    return results


# %% wrong: each QAT goes on from the one before | cause: prepare net anew
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    start = net
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(start, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        start = QuantizedVerySimpleNet()
        start.load_state_dict({k: v for k, v in model.state_dict().items() if k in start.state_dict()})
        results[b] = (ptq, qat)
    return results


# %% wrong: the calibrated model is trained | cause: prepare twice
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = (ptq, qat)
    return results


# %% wrong: str(b) as keys | cause: keys are text
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(net, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[str(b)] = (ptq, qat)
    return results


# %% wrong: differences only | cause: each value must be a pair (ptq, qat) of fractions, 0 to 1
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(images[:2000])
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(net, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = qat - ptq
    return results


# %% wrong: calibrated on noise | cause: something else
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    epochs = 2 if len(images) >= 10_000 else 10
    for b in bits:
        qconfig = low_bit_qconfig(b)
        model = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            model(torch.rand(2000, 28, 28))
        ptq = accuracy(convert_qat(model), test_images, test_labels)
        model = prepare_for_qat(net, qconfig)
        train_qat(model, images, labels, epochs=epochs, freeze_after=max(1, epochs // 2))
        qat = accuracy(convert_qat(model), test_images, test_labels)
        results[b] = (ptq, qat)
    return results


# %% wrong: the accuracies of the batches are averaged, the last and smaller one too | cause: an accuracy must be a number of test images, divided by all
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    def mean_accuracy(model):
        batches = zip(test_images.split(64), test_labels.split(64))
        return float(np.mean([accuracy(model, x, y) for x, y in batches]))

    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(images)
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(mean_accuracy(convert_qat(model)) for model in (ptq, qat))
    return results


# %% wrong: PTQ calibrated on training and test images in one batch | cause: training and test images are mixed
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        with torch.no_grad():
            ptq(torch.cat([images[:1000], test_images]))
        qat = prepare_for_qat(net, low_bit_qconfig(b))
        train_qat(qat, images, labels, epochs=2, freeze_after=1)
        results[b] = tuple(accuracy(convert_qat(model), test_images, test_labels) for model in (ptq, qat))
    return results


# %% wrong: the results of the first call are kept | cause: results of an earlier call
def first_ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    epochs = 2 if len(images) >= 10_000 else 10
    results = {}
    for width in bits:
        qconfig = low_bit_qconfig(width)
        ptq = prepare_for_qat(net, qconfig).eval()
        with torch.no_grad():
            ptq(images[:2000])  # enough to find the ranges
        qat = prepare_for_qat(net, qconfig)
        train_qat(qat, images, labels, epochs=epochs, freeze_after=epochs // 2)
        int8_models = convert_qat(ptq), convert_qat(qat)
        results[width] = tuple(accuracy(model, test_images, test_labels) for model in int8_models)
    return results


RESULTS = {}


def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    for width in bits:
        if width not in RESULTS:
            RESULTS.update(first_ptq_vs_qat(net, images, labels, test_images, test_labels, (width,)))
    return {width: RESULTS[width] for width in bits}


# %% wrong: the best of three trainings, by the test images | cause: chosen by the test images
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for width in bits:
        ptq = prepare_for_qat(net, low_bit_qconfig(width)).eval()
        with torch.no_grad():
            ptq(images[:2000])
        best = 0.0
        for epochs in (2, 4, 6):
            qat = prepare_for_qat(net, low_bit_qconfig(width))
            train_qat(qat, images, labels, epochs=epochs, freeze_after=epochs // 2)
            best = max(best, accuracy(convert_qat(qat), test_images, test_labels))
        results[width] = (accuracy(convert_qat(ptq), test_images, test_labels), best)
    return results


# %% right: a function for each flow, calibrated with gradients, tensors as accuracies
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    def measured(model):
        int8 = convert_qat(model)
        with torch.no_grad():
            return (int8(test_images).argmax(dim=1) == test_labels).float().mean()
    def ptq(b):
        model = prepare_for_qat(net, low_bit_qconfig(b)).eval()
        model(images)
        return measured(model)
    def qat(b):
        model = prepare_for_qat(net, low_bit_qconfig(bits=b, per_channel=False))
        train_qat(model, images, labels, 3, 2)
        return measured(model)
    return {b: torch.stack([ptq(b), qat(b)]) for b in sorted(bits)}


# %% wrong: all numbers of bits at once are handed to low_bit_qconfig | cause: one width at a time / one at a time, inside the loop
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        qconfig = low_bit_qconfig(bits)
        ptq = prepare_for_qat(net, qconfig)
        ptq.eval()
        with torch.no_grad():
            ptq(images[:1000])
        qat = prepare_for_qat(net, qconfig)
        train_qat(qat, images, labels, epochs=4, freeze_after=3)
        results[b] = (accuracy(convert_qat(ptq), test_images, test_labels),
                      accuracy(convert_qat(qat), test_images, test_labels))
    return results


# %% wrong: images and labels are swapped in train_qat | cause: labels stand where images belong / PTQ never trains; QAT calls train_qat
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        qconfig = low_bit_qconfig(b)
        ptq = prepare_for_qat(net, qconfig)
        ptq.eval()
        with torch.no_grad():
            ptq(images[:1000])
        qat = prepare_for_qat(net, qconfig)
        train_qat(qat, labels, images, epochs=4, freeze_after=3)
        results[b] = (accuracy(convert_qat(ptq), test_images, test_labels),
                      accuracy(convert_qat(qat), test_images, test_labels))
    return results


# %% wrong: what train_qat returns is converted | cause: train_qat trains the model in place
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        qconfig = low_bit_qconfig(b)
        ptq = prepare_for_qat(net, qconfig)
        ptq.eval()
        with torch.no_grad():
            ptq(images[:1000])
        qat = prepare_for_qat(net, qconfig)
        qat = train_qat(qat, images, labels, epochs=4, freeze_after=3)
        results[b] = (accuracy(convert_qat(ptq), test_images, test_labels),
                      accuracy(convert_qat(qat), test_images, test_labels))
    return results


# %% wrong: the keys are pairs | cause: the keys must be 8 and 3 here
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        qconfig = low_bit_qconfig(b)
        ptq = prepare_for_qat(net, qconfig)
        ptq.eval()
        with torch.no_grad():
            ptq(images[:1000])
        qat = prepare_for_qat(net, qconfig)
        train_qat(qat, images, labels, epochs=4, freeze_after=3)
        results[b, "acc"] = (accuracy(convert_qat(ptq), test_images, test_labels),
                      accuracy(convert_qat(qat), test_images, test_labels))
    return results


# %% wrong: net itself is converted, which was never prepared | cause: was never prepared
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results = {}
    for b in bits:
        qconfig = low_bit_qconfig(b)
        ptq = prepare_for_qat(net, qconfig)
        ptq.eval()
        with torch.no_grad():
            ptq(images[:1000])
        qat = prepare_for_qat(net, qconfig)
        train_qat(qat, images, labels, epochs=4, freeze_after=3)
        results[b] = (accuracy(convert_qat(net), test_images, test_labels),
                      accuracy(convert_qat(qat), test_images, test_labels))
    return results
