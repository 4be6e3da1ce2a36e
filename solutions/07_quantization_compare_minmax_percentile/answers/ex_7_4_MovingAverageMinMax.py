# %% right: an attribute, weights 1 - m and m
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.range = None

    def update(self, batch):
        new = float(batch.min()), float(batch.max())
        if self.range is None:
            self.range = new
        else:
            m = self.momentum
            self.range = tuple((1 - m) * old + m * now for old, now in zip(self.range, new))


# %% right: a property over two fields
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.m = momentum
        self.low = self.high = None

    def update(self, batch):
        low, high = np.amin(batch), np.amax(batch)
        if self.low is None:
            self.low, self.high = low, high
            return
        self.low += self.m * (low - self.low)
        self.high += self.m * (high - self.high)

    @property
    def range(self):
        return self.low, self.high


# %% right: a mutable list of two
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.range = []

    def update(self, batch):
        values = [float(value) for value in np.ravel(batch)]
        ends = [min(values), max(values)]
        if not self.range:
            self.range = ends
        for i in range(2):
            self.range[i] += self.momentum * (ends[i] - self.range[i])
        return self.range


# %% right: keeps all extremes and averages when asked
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.lows, self.highs = momentum, [], []

    def update(self, batch):
        self.lows.append(np.min(batch))
        self.highs.append(np.max(batch))

    def _average(self, values):
        average = values[0]
        for value in values[1:]:
            average = average * (1 - self.momentum) + value * self.momentum
        return float(average)

    @property
    def range(self):
        return self._average(self.lows), self._average(self.highs)


# %% right: torch inside, infinity marks the start
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.lowest, self.highest = torch.tensor(math.inf), torch.tensor(-math.inf)

    def update(self, batch):
        low, high = torch.aminmax(torch.as_tensor(batch))
        if math.isinf(self.lowest):
            self.lowest, self.highest = low, high
        else:
            self.lowest = torch.lerp(self.lowest, low, self.momentum)
            self.highest = torch.lerp(self.highest, high, self.momentum)

    @property
    def range(self):
        return self.lowest.item(), self.highest.item()


# %% wrong: the weights are swapped | cause: weights are swapped
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.range = None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        if self.range is None:
            self.range = low, high
        else:
            beta, alpha = self.range
            m = self.momentum
            self.range = m * beta + (1 - m) * low, m * alpha + (1 - m) * high


# %% wrong: starts from zero | cause: starts from 0
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.range = (0.0, 0.0)

    def update(self, batch):
        beta, alpha = self.range
        beta += self.momentum * (float(batch.min()) - beta)
        alpha += self.momentum * (float(batch.max()) - alpha)
        self.range = (beta, alpha)


# %% wrong: the first batch is recognised by a beta of 0 | cause: an end of exactly 0 is taken for 'no batch yet'
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.beta, self.alpha = momentum, 0.0, 0.0

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        if not self.beta:
            self.beta, self.alpha = low, high
        else:
            self.beta += self.momentum * (low - self.beta)
            self.alpha += self.momentum * (high - self.alpha)

    @property
    def range(self):
        return self.beta, self.alpha


# %% wrong: the first maximum is recognised by a truth test | cause: an end of exactly 0 is taken for 'no batch yet'
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.beta, self.alpha = momentum, None, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        beta, alpha = self.beta or low, self.alpha or high
        self.beta = beta + self.momentum * (low - beta)
        self.alpha = alpha + self.momentum * (high - alpha)

    @property
    def range(self):
        return self.beta, self.alpha


# %% wrong: range is a method | cause: range is a method
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.ends = momentum, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        beta, alpha = self.ends or (low, high)
        self.ends = beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha)

    def range(self):
        return self.ends


# %% wrong: min-max of all batches | cause: all batches so far
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.range = (math.inf, -math.inf)

    def update(self, batch):
        self.range = (min(self.range[0], float(batch.min())), max(self.range[1], float(batch.max())))


# %% wrong: the range only grows | cause: the range only grows
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        if self.range is None:
            self.range = (low, high)
        beta, alpha = self.range
        low, high = min(low, beta), max(high, alpha)
        self.range = beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha)


# %% wrong: momentum is ignored | cause: momentum is ignored
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.range = None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        beta, alpha = self.range or (low, high)
        self.range = beta + 0.01 * (low - beta), alpha + 0.01 * (high - alpha)


# %% wrong: the plain mean of the batches | cause: plain mean
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.lows, self.highs = [], []

    def update(self, batch):
        self.lows.append(batch.min())
        self.highs.append(batch.max())

    @property
    def range(self):
        return float(np.mean(self.lows)), float(np.mean(self.highs))


# %% wrong: the last batch only | cause: last batch
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum

    def update(self, batch):
        self.range = float(batch.min()), float(batch.max())


# %% wrong: the first batch only | cause: never moves
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        if self.range is None:
            self.range = float(batch.min()), float(batch.max())


# %% wrong: widened to include 0 | cause: widened
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.ends = momentum, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        beta, alpha = self.ends or (low, high)
        self.ends = beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha)

    @property
    def range(self):
        return min(self.ends[0], 0.0), max(self.ends[1], 0.0)


# %% wrong: the range is kept on the class, shared by all | cause: the first range must be [min
class MovingAverageMinMax:
    ends = []

    def __init__(self, momentum=0.01):
        self.momentum = momentum

    def update(self, batch):
        ends = [float(batch.min()), float(batch.max())]
        if not self.ends:
            self.ends.extend(ends)
        for i in (0, 1):
            self.ends[i] += self.momentum * (ends[i] - self.ends[i])

    @property
    def range(self):
        return tuple(self.ends)


# %% wrong: only one-dimensional batches | cause: one yes or no is asked of a whole array
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        low, high = min(batch), max(batch)
        beta, alpha = self.range or (low, high)
        self.range = beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha)


# %% wrong: (alpha, beta) | cause: wrong order
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        alpha, beta = self.range or (high, low)
        self.range = alpha + self.momentum * (high - alpha), beta + self.momentum * (low - beta)


# %% wrong: moving average of each element's mean, not of the extremes | cause: the first range must be [min
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        low, high = float(batch.mean() - 3 * batch.std()), float(batch.mean() + 3 * batch.std())
        beta, alpha = self.range or (low, high)
        self.range = beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha)


# %% wrong: default momentum of 0.1 | cause: the default momentum is not 0.01
class MovingAverageMinMax:
    def __init__(self, momentum=0.1):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        beta, alpha = self.range or (low, high)
        self.range = beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha)


# %% wrong: bias correction as in Adam
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.steps, self.low, self.high = momentum, 0, 0.0, 0.0

    def update(self, batch):
        self.steps += 1
        self.low = (1 - self.momentum) * self.low + self.momentum * float(batch.min())
        self.high = (1 - self.momentum) * self.high + self.momentum * float(batch.max())

    @property
    def range(self):
        weight = 1 - (1 - self.momentum) ** self.steps or 1.0
        return self.low / weight, self.high / weight


# %% wrong: sorts the caller's batch | cause: in place
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        flat = batch.reshape(-1)
        flat.sort()
        low, high = float(flat[0]), float(flat[-1])
        beta, alpha = self.range or (low, high)
        self.range = (beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha))


# %% right: a generator holds the state
def _average(momentum):
    state = yield
    while True:
        new = yield state
        state = state + momentum * (new - state)

class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self._low, self._high = _average(momentum), _average(momentum)
        next(self._low), next(self._high)

    def update(self, batch):
        self.range = (float(self._low.send(float(batch.min()))), float(self._high.send(float(batch.max()))))


# %% right: a class attribute as default, set on the instance
class MovingAverageMinMax:
    range = None

    def __init__(self, momentum=0.01):
        self.momentum = momentum

    def update(self, batch):
        low, high = batch.min().item(), batch.max().item()
        if self.range:
            beta, alpha = self.range
            low, high = beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha)
        self.range = (low, high)


# %% wrong: the first batch is recognised by a range of 0, 0 | cause: exactly 0
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.m, self.range = momentum, (0.0, 0.0)

    def update(self, batch):
        new = (float(batch.min()), float(batch.max()))
        if self.range == (0.0, 0.0):
            self.range = new
        else:
            self.range = tuple(o + self.m * (n - o) for o, n in zip(self.range, new))


# %% wrong: an end of 0 starts anew | cause: exactly 0
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.m, self.low, self.high = momentum, 0.0, 0.0

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        self.low = self.low + self.m * (low - self.low) if self.low else low
        self.high = self.high + self.m * (high - self.high) if self.high else high

    @property
    def range(self):
        return self.low, self.high


# %% wrong: keeps the batch, and reads it when range is read | cause: take in each batch when it arrives
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.m, self.batches = momentum, []

    def update(self, batch):
        self.batches.append(batch)

    @property
    def range(self):
        low, high = float(self.batches[0].min()), float(self.batches[0].max())
        for batch in self.batches[1:]:
            low, high = low + self.m * (float(batch.min()) - low), high + self.m * (float(batch.max()) - high)
        return low, high


# %% wrong: range moves at every reading | cause: not when range is read
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.m, self.ends, self.new = momentum, None, None

    def update(self, batch):
        self.new = (float(batch.min()), float(batch.max()))

    @property
    def range(self):
        self.ends = self.new if self.ends is None else tuple(o + self.m * (n - o) for o, n in zip(self.ends, self.new))
        return self.ends


# %% wrong: momentum on the class | cause: must not share
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        MovingAverageMinMax.m = momentum
        self.range = None

    def update(self, batch):
        new = (float(batch.min()), float(batch.max()))
        self.range = new if self.range is None else tuple(o + self.m * (n - o) for o, n in zip(self.range, new))


# %% wrong: momentum 0 replaced by the default | cause: momentum 0
class MovingAverageMinMax:
    def __init__(self, momentum=None):
        self.m, self.range = momentum or 0.01, None

    def update(self, batch):
        new = (float(batch.min()), float(batch.max()))
        self.range = new if self.range is None else tuple(o + self.m * (n - o) for o, n in zip(self.range, new))


# %% wrong: range is a dict of the two ends | cause: range must be the pair
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, {}

    def update(self, batch):
        new = {"beta": float(batch.min()), "alpha": float(batch.max())}
        old = self.range or new
        self.range = {end: old[end] + self.momentum * (new[end] - old[end]) for end in new}


# %% wrong: the upper end only grows | cause: the range only grows
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        beta, alpha = self.range or (low, high)
        self.range = beta + self.momentum * (low - beta), max(alpha, alpha + self.momentum * (high - alpha))


# %% wrong: range is taken out of a list when it is read | cause: must not change it
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.ends, self.history = momentum, None, []

    def update(self, batch):
        new = float(batch.min()), float(batch.max())
        self.ends = tuple(old + self.momentum * (end - old) for old, end in zip(self.ends or new, new))
        self.history.append(self.ends)

    @property
    def range(self):
        return self.history.pop()


# %% wrong: only __init__ is written | cause: update takes in one batch
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.range = None

    def update(self, batch):
        raise NotImplementedError("Exercise 7.4: update takes in one batch")


# %% wrong: update is not defined | cause: nothing of this name is written
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.range = None


# %% wrong: update does nothing | cause: range is still None
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.range = None

    def update(self, batch):
        pass


# %% wrong: update returns the range, and no attribute holds it | cause: nothing of this name is written
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.b, self.a = momentum, None, None

    def update(self, batch):
        low, high = float(batch.min()), float(batch.max())
        if self.b is None:
            self.b, self.a = low, high
        self.b += self.momentum * (low - self.b)
        self.a += self.momentum * (high - self.a)
        return self.b, self.a


# %% wrong: momentum is taken for percent | cause: divided by 100
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum / 100, None

    def update(self, batch):
        low, high = float(np.min(batch)), float(np.max(batch))
        b, a = self.range or (low, high)
        self.range = (b + self.momentum * (low - b), a + self.momentum * (high - a))


# %% wrong: torch's own observer | cause: write it yourself
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.observer = MovingAverageMinMaxObserver(averaging_constant=momentum)

    def update(self, batch):
        self.observer(torch.from_numpy(np.asarray(batch)))

    @property
    def range(self):
        return self.observer.min_val.item(), self.observer.max_val.item()


# %% wrong: momentum without self | cause: momentum without self
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        momentum = momentum
        self.range = None

    def update(self, batch):
        if self.range is None:
            self.range = batch.min(), batch.max()
        else:
            b, a = self.range
            self.range = b + momentum * (batch.min() - b), a + momentum * (batch.max() - a)


# %% wrong: the first batch meets a range of None | cause: there is no range yet
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        b, a = self.range
        self.range = b + self.momentum * (batch.min() - b), a + self.momentum * (batch.max() - a)


# %% wrong: an element of a tuple is replaced | cause: make a new tuple
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        lo, hi = float(batch.min()), float(batch.max())
        if self.range is None:
            self.range = (lo, hi)
        self.range[0] += self.momentum * (lo - self.range[0])
        self.range[1] += self.momentum * (hi - self.range[1])


# %% wrong: assigns to a property | cause: keep the value as self._name
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        lo, hi = float(batch.min()), float(batch.max())
        old = self.range if self.range else (lo, hi)
        self._range = tuple(o + self.momentum * (n - o) for o, n in zip(old, (lo, hi)))

    @property
    def range(self):
        return self._range


# %% wrong: symmetric, of the largest absolute value | cause: the range is symmetric
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum, self.range = momentum, None

    def update(self, batch):
        top = float(np.abs(batch).max())
        if self.range is None:
            self.range = (-top, top)
        else:
            a = self.range[1] + self.momentum * (top - self.range[1])
            self.range = (-a, a)


# %% right: a counter of batches, no attribute before the first
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.momentum = momentum
        self.count = 0

    def update(self, batch):
        self.count += 1
        m = 1 if self.count == 1 else self.momentum
        b, a = self.range if hasattr(self, "range") else (0, 0)
        self.range = b + m * (np.min(batch) - b), a + m * (np.max(batch) - a)


# %% wrong: range is made once, of two None | cause: range is still None
class MovingAverageMinMax:
    def __init__(self, momentum=0.01):
        self.m = momentum
        self.beta = self.alpha = None
        self.range = (self.beta, self.alpha)

    def update(self, batch):
        if self.beta is None:
            self.beta, self.alpha = batch.min(), batch.max()
        else:
            self.beta += self.m * (batch.min() - self.beta)
            self.alpha += self.m * (batch.max() - self.alpha)
