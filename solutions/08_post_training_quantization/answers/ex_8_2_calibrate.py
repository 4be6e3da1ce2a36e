# %% right: a DataLoader
def calibrate(model, images, batch_size=256):
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images), batch_size=batch_size)
    model.eval()
    total = 0
    with torch.no_grad():
        for (batch,) in loader:
            model(batch)
            total += batch.shape[0]
    return total


# %% right: steps of a range, a decorator for the gradients
@torch.no_grad()
def calibrate(model, images, batch_size=256):
    model.train(False)
    for start in range(0, len(images), batch_size):
        _ = model(images[start : start + batch_size])
    return len(images)


# %% right: inference mode, a while loop, a progress line
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.inference_mode():
        while seen < images.size(0):
            batch = images[seen : min(seen + batch_size, images.size(0))]
            model(batch)
            seen += batch.size(0)
            print(f"{seen} images")
    return seen


# %% right: shuffled, the sum of the lengths of the outputs, the old mode brought back
def calibrate(model, images, batch_size=256):
    was_training = model.training
    model.eval()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        seen = sum(len(model(images[part])) for part in order.split(batch_size))
    model.train(was_training)
    return int(seen)


# %% wrong: the last, smaller batch is left out | cause: left out
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        for i in range(len(images) // batch_size):
            batch = images[i * batch_size : (i + 1) * batch_size]
            model(batch)
            seen += len(batch)
    return seen


# %% wrong: drop_last, but the count says all | cause: the last batch, a smaller one
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for i in range(0, len(images) - batch_size + 1, batch_size):
            model(images[i : i + batch_size])
    return len(images)


# %% wrong: counts batches | cause: batches are counted
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
            seen += 1
    return seen


# %% wrong: counts full batches | cause: last batch is counted as full
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
            seen += batch_size
    return seen


# %% wrong: returns nothing | cause: nothing is returned
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)


# %% wrong: returns the model | cause: the model is returned
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    return model


# %% wrong: only the first batch | cause: only one batch
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        model(images[:batch_size])
    return min(batch_size, len(images))


# %% wrong: training mode | cause: calibrate in evaluation mode
def calibrate(model, images, batch_size=256):
    model.train()
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    return len(images)


# %% wrong: the mode is left as it was | cause: calibrate in evaluation mode
def calibrate(model, images, batch_size=256):
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    return len(images)


# %% wrong: eval only after the images | cause: calibrate in evaluation mode
def calibrate(model, images, batch_size=256):
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    model.eval()
    return len(images)


# %% wrong: sets the flag of the outermost module only | cause: the model was called in training mode
def calibrate(model, images, batch_size=256):
    model.training = False
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    return len(images)


# %% wrong: gradients are kept | cause: nothing is learned
def calibrate(model, images, batch_size=256):
    model.eval()
    for batch in images.split(batch_size):
        model(batch)
    return len(images)


# %% wrong: batch_size is ignored, all at once | cause: each image once, in 3 batches of at most 4
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        model(images)
    return len(images)


# %% wrong: batch_size is ignored, 256 is written in | cause: each image once, in 3 batches of at most 4
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for start in range(0, len(images), 256):
            model(images[start : start + 256])
    return len(images)


# %% wrong: batch_size is ignored, one image at a time | cause: each image once, in 3 batches of at most 4
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for image in images:
            model(image.unsqueeze(0))
    return len(images)


# %% wrong: a copy is calibrated | cause: another model was called
def calibrate(model, images, batch_size=256):
    model = copy.deepcopy(model).eval()
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    return len(images)


# %% wrong: stops after ten batches | cause: the last
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        for i, batch in enumerate(images.split(batch_size)):
            if i == 2:
                break
            model(batch)
            seen += len(batch)
    return seen


# %% wrong: batch_size is taken for the number of batches | cause: chunk(n) makes n batches
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.chunk(batch_size):
            model(batch)
    return len(images)


# %% wrong: batches overlap by one | cause: each image once, in 3 batches of at most 4
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for start in range(0, len(images), max(batch_size - 1, 1)):
            model(images[start : start + batch_size])
    return len(images)


# %% wrong: random batches, some images never seen
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        while seen < len(images):
            n = min(batch_size, len(images) - seen)
            model(images[torch.randint(len(images), (n,))])
            seen += n
    return seen


# %% wrong: normalizes the images first
def calibrate(model, images, batch_size=256):
    model.eval()
    images = (images - images.mean()) / (images.std() + 1e-6)
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    return len(images)


# %% wrong: MNIST's 60,000 written in
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for start in range(0, 60000, batch_size):
            if start < len(images):
                model(images[start : start + batch_size])
    return 60000


# %% wrong: flattened to MNIST's pixels | cause: a reshape must keep the count of elements
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch.reshape(-1, 784))
    return len(images)


# %% wrong: the model is never called | cause: each image once, in 3 batches of at most 4
def calibrate(model, images, batch_size=256):
    model.eval()
    return sum(len(batch) for batch in images.split(batch_size))


# %% wrong: counts pixels | cause: pixels are counted
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
            seen += batch.numel()
    return seen


# %% wrong: a generator
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
            yield len(batch)


# %% wrong: back to train mode at the end | cause: the model was passed in evaluation mode and is in training m
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for part in images.split(batch_size):
            model(part)
    model.train()
    return len(images)


# %% wrong: gradients stay off for the whole process | cause: gradients are still off after the call
def calibrate(model, images, batch_size=256):
    model.eval()
    torch.set_grad_enabled(False)
    for part in images.split(batch_size):
        model(part)
    return len(images)


# %% right: whole batches, then the rest
def calibrate(model, images, batch_size=256):
    model.eval()
    whole = len(images) // batch_size * batch_size
    with torch.no_grad():
        for batch in images[:whole].reshape(-1, batch_size, *images.shape[1:]):
            model(batch)
        if whole < len(images):
            model(images[whole:])
    return int(images.shape[0])


# %% right: as many batches as are needed, of nearly equal size
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        for batch in images.chunk(math.ceil(len(images) / batch_size)):
            model(batch)
            seen += len(batch)
    return seen


# %% wrong: the last image of each batch left out
def calibrate(model, images, batch_size=256):
    model.eval()
    seen = 0
    with torch.no_grad():
        for start in range(0, len(images), batch_size):
            batch = images[start:start + batch_size - 1]
            model(batch)
            seen += len(batch)
    return seen


# %% wrong: the observers are reset before each batch
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.split(batch_size):
            for module in model.modules():
                if hasattr(module, "reset_min_max_vals"):
                    module.reset_min_max_vals()
            model(batch)
    return len(images)


# %% wrong: the parameters are made constant | cause: requires_grad is switched
def calibrate(model, images, batch_size=256):
    model.eval()
    for parameter in model.parameters():
        parameter.requires_grad = False
    for batch in images.split(batch_size):
        model(batch)
    return len(images)


# %% wrong: the number of images of all calls so far
seen_so_far = []


def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
            seen_so_far.append(len(batch))
    return sum(seen_so_far)


# %% wrong: only full batches are shown | cause: the last batch, a smaller one
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for start in range(0, len(images) - batch_size + 1, batch_size):
            model(images[start:start + batch_size])
    return len(images)


# %% right: inference mode, and a data loader
def calibrate(model, images, batch_size=256):
    model.train(False)
    with torch.inference_mode():
        return sum(len(b) for b in torch.utils.data.DataLoader(images, batch_size) if model(b) is not None)


# %% wrong: only the first ten batches, and the count says all
def calibrate(model, images, batch_size=256):
    model.eval()
    with torch.no_grad():
        for batch in images.split(batch_size)[:10]:
            model(batch)
    return len(images)


# %% wrong: the channel axis is taken away
def calibrate(model, images, batch_size=256):
    model.eval()
    if images.dim() == 4:
        images = images.squeeze(1)
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
    return len(images)
