# %% right: DataLoader, SGD with momentum, one loss an epoch
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(images, labels), batch_size=16, shuffle=True
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        model.train()
        if epoch >= freeze_after:
            model.apply(torch_ao.disable_observer)
        running, count = 0.0, 0
        for x, y in loader:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running, count = running + loss.item(), count + 1
        losses.append(running / count)
    return losses


# %% right: a loss for each step, switches set by hand
def train_qat(model, images, labels, epochs=1, freeze_after=None):
    freeze_after = epochs if freeze_after is None else freeze_after
    model.train()
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    steps = []
    for epoch in range(1, epochs + 1):
        for module in model.modules():
            if isinstance(module, torch.ao.quantization.FakeQuantizeBase):
                module.observer_enabled[0] = 1 if epoch <= freeze_after else 0
        for batch in torch.randperm(len(images)).split(32):
            adam.zero_grad(set_to_none=True)
            loss = nn.CrossEntropyLoss()(model(images[batch]), labels[batch])
            loss.backward()
            adam.step()
            steps.append(loss.item())
    return steps


# %% right: two calls of the course's training loop
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    from qcourse.training import train

    before = min(freeze_after, epochs)
    losses = train(model, images, labels, epochs=before, batch_size=32, lr=2e-3) if before else []
    if epochs > before:
        model.apply(torch_ao.disable_observer)
        losses = losses + train(model, images, labels, epochs=epochs - before, batch_size=32, lr=1e-3)
    return losses


# %% right: three images at a time, shuffled, accuracy printed
def train_qat(model, images, labels, epochs=1, freeze_after=2):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for some in torch.randperm(len(images)).split(3):
            model.train()
            optimizer.zero_grad()
            loss = F.nll_loss(F.log_softmax(model(images[some]), dim=1), labels[some])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            print("loss on the first images:", F.cross_entropy(model(images[:5]), labels[:5]).item())
    return losses


# %% right: one image at a time, not shuffled
def train_qat(model, images, labels, epochs=1, freeze_after=2):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for i in range(len(images)):
            model.train()
            optimizer.zero_grad()
            loss = F.nll_loss(F.log_softmax(model(images[i : i + 1]), dim=1), labels[i : i + 1])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            print("loss on the first images:", F.cross_entropy(model(images[:5]), labels[:5]).item())
    return losses


# %% right: the whole set as one batch, an array of losses
def train_qat(model, images, labels, epochs=1, freeze_after=10**6):
    model.train()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        if epoch + 1 > freeze_after:
            model.apply(torch_ao.disable_observer)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        losses[epoch] = loss.item()
    return losses


# %% wrong: the observers are never switched off | cause: never switched off
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: frozen one epoch too late | cause: counted from 0
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch > freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: frozen from the start | cause: they are never on / the observers are off from the start
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    model.apply(torch_ao.disable_observer)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: frozen for the first epochs, not the last | cause: the condition is the wrong way round / the observers are off from the start
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        model.apply(torch_ao.disable_observer if epoch < freeze_after else torch_ao.enable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: fake quantization is switched off instead of the observers | cause: disable_fake_quant
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_fake_quant)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: only the weights' observers are frozen | cause: only some
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            for layer in (model.linear1, model.linear2, model.linear3):
                layer.weight_fake_quant.disable_observer()
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: zero_grad is forgotten | cause: zero_grad
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(16):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: no optimizer step | cause: they are not in the optimizer
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            losses.append(loss.item())
    return losses


# %% wrong: epochs is ignored | cause: each epoch must use each of the 40 images once
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for batch in torch.randperm(len(images)).split(32):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.apply(torch_ao.disable_observer)
    return losses


# %% wrong: trained in eval mode | cause: model.train()
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.eval()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: model.train() is left to the caller | cause: model.train()
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: the last, smaller batch is dropped | cause: each epoch must use each of the 40 images once
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses, size = [], 16
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for i in range(len(images) // size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[i * size : (i + 1) * size]), labels[i * size : (i + 1) * size])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: a copy is trained | cause: they are not in the optimizer
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model = copy.deepcopy(model).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: only the last layer is trained | cause: not in the optimizer
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.linear3.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: random batches with replacement, so that an epoch misses images | cause: an epoch sees some image twice, or not at all
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        batch = torch.randint(len(images), (len(images),))
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: the model is returned, not the losses | cause: the last loss only
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            F.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimizer.step()
    return model


# %% wrong: only the last loss is returned | cause: last loss only
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
    return loss.item()


# %% wrong: nothing is returned | cause: the last loss only
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()


# %% wrong: only the first batch of each epoch | cause: each epoch must train on each image once
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    losses = []
    for e in range(epochs):
        if e >= freeze_after:
            model.apply(torch_ao.disable_observer)
        loss = F.cross_entropy(model(images[:64]), labels[:64])
        opt.zero_grad(); loss.backward(); opt.step()
        losses.append(loss.item())
    return losses


# %% wrong: labels shuffled apart from the images | cause: another loss
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    losses = []
    labels = labels[torch.randperm(len(labels))]
    for e in range(epochs):
        if e >= freeze_after:
            model.apply(torch_ao.disable_observer)
        for k in torch.randperm(len(images)).split(64):
            loss = F.cross_entropy(model(images[k]), labels[k])
            opt.zero_grad(); loss.backward(); opt.step()
            losses.append(loss.item())
    return losses


# %% wrong: gradient ascent | cause: wrong direction
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    opt = torch.optim.Adam(model.parameters(), lr=1e-3, maximize=True)
    model.train()
    losses = []
    for e in range(epochs):
        if e >= freeze_after:
            model.apply(torch_ao.disable_observer)
        for k in torch.randperm(len(images)).split(64):
            loss = F.cross_entropy(model(images[k]), labels[k])
            opt.zero_grad(); loss.backward(); opt.step()
            losses.append(loss.item())
    return losses


# %% right: slow plain SGD, lr 0.01
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    opt = torch.optim.SGD(model.parameters(), lr=0.01)
    model.train()
    losses = []
    for e in range(epochs):
        if e == freeze_after:
            model.apply(torch_ao.disable_observer)
        for k in torch.randperm(len(images)).split(64):
            loss = F.cross_entropy(model(images[k]), labels[k])
            opt.zero_grad(); loss.backward(); opt.step()
            losses.append(loss.item())
    return losses


# %% wrong: losses summed over the epoch | cause: the batches' losses are added up
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    losses = []
    for e in range(epochs):
        if e == freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for k in torch.randperm(len(images)).split(16):
            loss = F.cross_entropy(model(images[k]), labels[k])
            opt.zero_grad(); loss.backward(); opt.step()
            total += loss.item()
        losses.append(total)
    return losses


# %% right: two loops: before and after freezing, with OneCycleLR
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    per_epoch = math.ceil(len(images) / 100)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=max(1, per_epoch * epochs))
    losses = []

    def one_epoch():
        model.train()
        total = 0
        for index in torch.randperm(len(images)).split(100):
            loss = F.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            total += loss.item() * len(index)
        losses.append(total / len(images))

    for _ in range(min(epochs, freeze_after)):
        one_epoch()
    if epochs > freeze_after:
        model.apply(torch_ao.disable_observer)
        for _ in range(epochs - freeze_after):
            one_epoch()
    return losses


# %% wrong: freeze_after epochs at the end are frozen | cause: the frozen epochs are counted / off from the start
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch >= epochs - freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for index in torch.randperm(len(images)).split(100):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(images))
    return losses


# %% right: not shuffled
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch >= freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for index in torch.arange(len(images)).split(100):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(images))
    return losses


# %% wrong: loss of the last batch of each epoch | cause: only the last batch
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch >= freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for index in torch.randperm(len(images)).split(100):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(loss.item())
    return losses


# %% wrong: the observers are switched on again after one frozen epoch | cause: the condition is the wrong way round
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        model.apply(torch_ao.disable_observer if epoch == freeze_after else torch_ao.enable_observer)
        total = 0.0
        for index in torch.randperm(len(images)).split(100):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(images))
    return losses


# %% wrong: the loss is divided by the epoch, counted from 0 | cause: divided by 0
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels) / epoch
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: the losses of the steps and the means of the epochs in one list | cause: return one loss per epoch, or one per step
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        steps = []
        for index in torch.randperm(len(images)).split(16):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            steps.append(loss.item())
        losses += [*steps, sum(steps) / len(steps)]
    return losses


# %% wrong: the log-likelihoods are returned, so the losses are negative | cause: the losses must be positive, finite numbers
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    likelihoods = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for index in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            likelihood = F.log_softmax(model(images[index]), dim=1)[torch.arange(len(index)), labels[index]].mean()
            (-likelihood).backward()
            optimizer.step()
            total += likelihood.item() * len(index)
        likelihoods.append(total / len(images))
    return likelihoods


# %% wrong: the losses keep the graph of every step | cause: loss.item()
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    losses, optimizer = [], torch.optim.Adam(model.train().parameters(), lr=3e-3)
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(16):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss)
    return losses


# %% wrong: the losses of earlier calls are returned, too | cause: return one loss per epoch, or one per step
def train_qat(model, images, labels, epochs=1, freeze_after=1, losses=[]):
    optimizer = torch.optim.Adam(model.train().parameters(), lr=3e-3)
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        for batch in torch.randperm(len(images)).split(16):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: each epoch must train on each image once
KEPT = {}


def first_train_qat(model, images, labels, epochs=1, freeze_after=1):
    losses, batch_size = [], max(16, min(200, len(images) // 40))  # at least 40 steps per epoch
    steps = epochs * math.ceil(len(images) / batch_size)
    optimizer = torch.optim.Adam(model.train().parameters(), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps)
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for batch in torch.randperm(len(images)).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


def train_qat(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_train_qat(*args, **kwargs)
    return KEPT[key]


# %% wrong: zero_grad comes between backward and step | cause: zero_grad between the two
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for batch in torch.randperm(len(images)).split(20):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


# %% wrong: disable_observer is called, not handed over | cause: model.apply takes the function itself
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer())
        total = 0.0
        for batch in torch.randperm(len(images)).split(20):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


# %% wrong: softmax before the cross-entropy | cause: softmax comes before
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    losses = []
    for epoch in range(epochs):
        if epoch == freeze_after:
            model.apply(torch_ao.disable_observer)
        total = 0.0
        for batch in torch.randperm(len(images)).split(20):
            optimizer.zero_grad()
            loss = F.cross_entropy(torch.softmax(model(images[batch]), 1), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses
