"""Components of Kaldi: what their files say, and their formulas in NumPy."""

import numpy as np

T = 7


class Case:
    """@frames: of the input, which @formula gets, the oldest first, as offsets."""

    def __init__(self, library, width, components, formula=None, frames=(0,), sequence=None,
                 priors=None, options=(), recurrent=False):
        self.library, self.components = library, components
        self.formula, self.frames, self.sequence = formula, list(frames), sequence
        self.priors, self.options = priors, list(options)
        self.recurrent = recurrent
        self.inputs = np.random.default_rng(5).normal(size=(T, width)).astype(np.float32)

    def reads(self, index, last):
        if self.recurrent and index == 0:
            return self.recurrent
        return last

    def expected(self):
        x = self.inputs.astype(np.float64)
        if self.sequence:
            return self.sequence(x)
        late = max(self.frames + [0])
        zero = np.zeros(x.shape[1])
        get = lambda t: x[t] if 0 <= t < T else zero
        return np.array([self.formula(np.array([get(t - late + f) for f in self.frames]))
                         for t in range(T)])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def f32(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


def simple(rng, kind, fields, formula, width=6, library="nnet3"):
    return Case(library, width, [(kind, fields)], lambda f: formula(f[0]))


CASES = []


def case(function):
    CASES.append(function)
    return function


@case
def tdnn(rng):
    w, b = f32(rng, 4, 18), f32(rng, 4)
    return Case("nnet3", 6, [("TdnnComponent", [
        ("LearningRate", 0.1), ("TimeOffsets", [-2, 0, 1]), ("LinearParams", w), ("BiasParams", b),
        ("OrthonormalConstraint", 0.0), ("UseNaturalGradient", True), ("NumSamplesHistory", 2000.0),
        ("AlphaInOut", (4.0, 4.0)), ("RankInOut", (20, 80))])],
        lambda f: w @ f.ravel() + b, (-2, 0, 1))


@case
def tdnn_without_bias(rng):
    w = f32(rng, 4, 12)
    return Case("nnet3", 6, [("TdnnComponent", [
        ("TimeOffsets", [-3, 0]), ("LinearParams", w), ("BiasParams", np.zeros(0, np.float32))])],
        lambda f: w @ f.ravel(), (-3, 0))


@case
def pnorm(rng):
    return simple(rng, "PnormComponent", [("InputDim", 6), ("OutputDim", 2), ("P", 2.0)],
                  lambda x: np.sqrt((x.reshape(2, 3) ** 2).sum(1)))


@case
def pnorm_3(rng):
    return simple(rng, "PnormComponent", [("InputDim", 6), ("OutputDim", 3), ("P", 3.0)],
                  lambda x: (np.abs(x.reshape(3, 2)) ** 3).sum(1) ** (1 / 3))


@case
def normalize(rng):
    return simple(rng, "NormalizeComponent", [("InputDim", 6), ("TargetRms", 0.5),
                                              ("AddLogStddev", True)],
                  lambda x: np.append(x / np.sqrt((x * x).mean()) * 0.5,
                                      np.log(np.sqrt((x * x).mean()))))


@case
def normalize_blocks(rng):
    return simple(rng, "NormalizeComponent", [("InputDim", 6), ("BlockDim", 3), ("TargetRms", 2.0),
                                              ("AddLogStddev", False)],
                  lambda x: (x.reshape(2, 3) / np.sqrt((x.reshape(2, 3) ** 2).mean(1))[:, None]
                             * 2).ravel())


@case
def maxout(rng):
    return simple(rng, "MaxoutComponent", [("InputDim", 6), ("OutputDim", 2)],
                  lambda x: x.reshape(2, 3).max(1), library="nnet2")


@case
def sum_group(rng):
    return simple(rng, "SumGroupComponent", [("Sizes", [1, 3, 2])],
                  lambda x: np.array([x[0], x[1:4].sum(), x[4:].sum()]))


@case
def sum_block(rng):
    return simple(rng, "SumBlockComponent", [("InputDim", 6), ("OutputDim", 3), ("Scale", 0.5)],
                  lambda x: x.reshape(2, 3).sum(0) * 0.5)


@case
def elementwise_product(rng):
    return simple(rng, "ElementwiseProductComponent", [("InputDim", 6), ("OutputDim", 2)],
                  lambda x: x.reshape(3, 2).prod(0))


@case
def permute(rng):
    return simple(rng, "PermuteComponent", [("ColumnMap", [5, 1, 0, 2, 4, 3])],
                  lambda x: x[[5, 1, 0, 2, 4, 3]])


@case
def permute_nnet2(rng):
    places = [5, 1, 0, 2, 4, 3]
    components = [("FixedScaleComponent", [("Scales", np.ones(6, np.float32))]),
                  ("PermuteComponent", [("Reorder", places)])]

    def formula(f):
        y = np.zeros(6)
        y[places] = f[0]
        return y
    return Case("nnet2", 6, components, formula)


def dct_matrix(keep, size):
    k, j = np.arange(keep)[:, None], np.arange(size)[None]
    m = np.sqrt(2 / size) * np.cos(np.pi / size * (j + 0.5) * k)
    m[0] = np.sqrt(1 / size)
    return m


@case
def dct(rng):
    return simple(rng, "DctComponent", [("Dim", 6), ("DctDim", 3), ("Reorder", False),
                                        ("DctKeepDim", 2)],
                  lambda x: (x.reshape(2, 3) @ dct_matrix(2, 3).T).ravel(), library="nnet2")


@case
def dct_reordered(rng):
    return simple(rng, "DctComponent", [("Dim", 6), ("DctDim", 3), ("Reorder", True),
                                        ("DctKeepDim", 3)],
                  lambda x: (dct_matrix(3, 3) @ x.reshape(3, 2)).ravel(), library="nnet2")


@case
def block_affine(rng):
    w, b = f32(rng, 4, 3), f32(rng, 4)
    return simple(rng, "BlockAffineComponent", [("NumBlocks", 2), ("LinearParams", w),
                                                ("BiasParams", b)],
                  lambda x: np.concatenate([w[:2] @ x[:3], w[2:] @ x[3:]]) + b)


@case
def repeated_affine(rng):
    w, b = f32(rng, 4, 3), f32(rng, 4)
    return simple(rng, "NaturalGradientRepeatedAffineComponent",
                  [("NumRepeats", 2), ("LinearParams", w), ("BiasParams", b)],
                  lambda x: np.concatenate([w @ x[:3] + b, w @ x[3:] + b]))


@case
def scale_and_offset(rng):
    s, o = f32(rng, 3), f32(rng, 3)
    return simple(rng, "ScaleAndOffsetComponent", [("Dim", 6), ("Scales", s), ("Offsets", o),
                                                   ("UseNaturalGradient", True), ("Rank", 20)],
                  lambda x: (x.reshape(2, 3) * s + o).ravel())


@case
def per_element(rng):
    s, o = f32(rng, 6), f32(rng, 6)
    return Case("nnet3", 6, [("NaturalGradientPerElementScaleComponent", [("Params", s)]),
                             ("PerElementOffsetComponent", [("Offsets", o)])],
                lambda f: f[0] * s + o)


@case
def batch_norm(rng):
    m, v = f32(rng, 3), np.abs(f32(rng, 3)) + 1
    return simple(rng, "BatchNormComponent", [
        ("Dim", 6), ("BlockDim", 3), ("Epsilon", 0.001), ("TargetRms", 0.5), ("TestMode", True),
        ("Count", 100.0), ("StatsMean", m), ("StatsVar", v)],
        lambda x: ((x.reshape(2, 3) - m) / np.sqrt(v + 0.001) * 0.5).ravel())


@case
def backprop_truncation(rng):
    return simple(rng, "BackpropTruncationComponent", [("Dim", 6), ("Scale", 0.9),
                                                       ("ClippingThreshold", 30.0)],
                  lambda x: x * 0.9)


@case
def power_and_hinge(rng):
    return Case("nnet2", 6, [("PowerComponent", [("InputDim", 6), ("OutputDim", 6), ("Power", 2.0)]),
                             ("ScaleComponent", [("Dim", 6), ("Scale", 0.25)]),
                             ("SoftHingeComponent", [("Dim", 6), ("ValueSum", np.zeros(6)),
                                                     ("DerivSum", np.zeros(6)), ("Count", 1.0)])],
                lambda f: np.log1p(np.exp(f[0] ** 2 * 0.25)))


@case
def constant_function(rng):
    c = f32(rng, 3)
    return simple(rng, "ConstantFunctionComponent", [("InputDim", 6), ("Output", c),
                                                     ("IsUpdatable", True)], lambda x: c)


@case
def fixed_linear(rng):
    w = f32(rng, 3, 6)
    return simple(rng, "FixedLinearComponent", [("CuMatrix", w)], lambda x: w @ x, library="nnet2")


@case
def convolution_1d(rng):
    w, b = f32(rng, 2, 6), f32(rng, 2)

    def formula(x):
        x = x.reshape(2, 5)
        return np.concatenate([w @ x[:, p:p + 3].ravel() + b for p in (0, 1, 2)])
    return Case("nnet2", 10, [("ScaleComponent", [("Dim", 10), ("Scale", 1.0)]),
                              ("Convolutional1dComponent", [
                                  ("PatchDim", 3), ("PatchStep", 1), ("PatchStride", 5),
                                  ("FilterParams", w), ("BiasParams", b)])],
                lambda f: formula(f[0]))


@case
def convolution(rng):
    w, b = f32(rng, 2, 2 * 2 * 2), f32(rng, 2)

    def formula(x):
        x = x.reshape(4, 2, 3).transpose(0, 2, 1)  # x, z, y in the file's order
        return np.concatenate([w @ x[i:i + 2, j:j + 2].ravel() + b for i in (0, 2) for j in (0, 1)])
    return simple(rng, "ConvolutionComponent", [
        ("InputXDim", 4), ("InputYDim", 3), ("InputZDim", 2), ("FiltXDim", 2), ("FiltYDim", 2),
        ("FiltXStep", 2), ("FiltYStep", 1), ("InputVectorization", 0), ("FilterParams", w),
        ("BiasParams", b)], formula, width=24)


@case
def max_pooling_3d(rng):
    def formula(x):
        x = x.reshape(4, 3, 2)
        return np.array([x[i:i + 2, j:j + 2, k:k + 1].max() for i in (0, 2) for j in (0, 1)
                         for k in (0, 1)])
    return simple(rng, "MaxpoolingComponent", [
        ("InputXDim", 4), ("InputYDim", 3), ("InputZDim", 2), ("PoolXSize", 2), ("PoolYSize", 2),
        ("PoolZSize", 1), ("PoolXStep", 2), ("PoolYStep", 1), ("PoolZStep", 1)], formula, width=24)


@case
def max_pooling_nnet2(rng):
    return simple(rng, "MaxpoolingComponent", [("InputDim", 12), ("OutputDim", 6), ("PoolSize", 2),
                                               ("PoolStride", 3)],
                  lambda x: x.reshape(2, 2, 3).max(1).ravel(), width=12, library="nnet2")


@case
def time_height_convolution(rng):
    offsets = [(-1, -1), (-1, 0), (0, 0), (1, 1)]
    w, b = f32(rng, 2, 4 * 3), f32(rng, 2)

    def formula(f):
        f = f.reshape(3, 4, 3)
        out = []
        for h in (0, 1):
            parts = [f[t + 1, 2 * h + dh] if 0 <= 2 * h + dh < 4 else np.zeros(3) for t, dh in offsets]
            out.append(w @ np.concatenate(parts) + b)
        return np.concatenate(out)
    model = [("Model", None), ("ConvolutionModel", None), ("NumFiltersIn", 3), ("NumFiltersOut", 2),
             ("HeightIn", 4), ("HeightOut", 2), ("HeightSubsampleOut", 2), ("Offsets", offsets),
             ("RequiredTimeOffsets", [-1, 0, 1]), ("/ConvolutionModel", None)]
    return Case("nnet3", 12, [("TimeHeightConvolutionComponent",
                               model + [("LinearParams", w), ("BiasParams", b),
                                        ("MaxMemoryMb", 200.0)])], formula, (-1, 0, 1))


@case
def attention(rng):
    heads, key, value, context = 2, 3, 2, 3
    size = 2 * key + value + context

    def formula(f):
        out = []
        for h in range(heads):
            x = f[:, h * size:(h + 1) * size]
            query = x[1, key + value:]
            c = softmax(0.5 * x[:, :key] @ query[:key] + query[key:])
            out += [c @ x[:, key:key + value], c]
        return np.concatenate(out)
    return Case("nnet3", heads * size, [("RestrictedAttentionComponent", [
        ("NumHeads", heads), ("KeyDim", key), ("ValueDim", value), ("NumLeftInputs", 1),
        ("NumRightInputs", 1), ("TimeStride", 2), ("NumLeftInputsRequired", 0),
        ("NumRightInputsRequired", 0), ("OutputContext", True), ("KeyScale", 0.5),
        ("StatsCount", 0.0), ("EntropyStats", np.zeros(0, np.float32)),
        ("PosteriorStats", np.zeros((0, 0), np.float32))])], formula, (-2, 0, 2))


@case
def statistics(rng):
    def sequence(x):
        out = []
        for t in range(T):
            seen = x[max(0, t - 3):t + 1]
            spread = np.sqrt(np.maximum((seen ** 2).mean(0) - seen.mean(0) ** 2, 1e-4))
            out.append(np.concatenate([[np.log(len(seen))] * 2, seen.mean(0), spread]))
        return np.array(out)
    return Case("nnet3", 4, [
        ("StatisticsExtractionComponent", [("InputDim", 4), ("InputPeriod", 1), ("OutputPeriod", 1),
                                           ("IncludeVarinance", True)]),
        ("StatisticsPoolingComponent", [("InputDim", 9), ("InputPeriod", 1), ("LeftContext", 3),
                                        ("RightContext", 0), ("NumLogCountFeatures", 2),
                                        ("OutputStddevs", True), ("VarianceFloor", 1e-4)])],
        sequence=sequence)


def cells(x, c, p):
    n = c.size
    i, f = sigmoid(x[:n] + p[0] * c), sigmoid(x[n:2 * n] + p[1] * c)
    c = f * c + i * np.tanh(x[2 * n:3 * n])
    return c, sigmoid(x[3 * n:4 * n] + p[2] * c) * np.tanh(c)


@case
def lstm_with_masks(rng):
    p = f32(rng, 3, 2)

    def formula(f):
        x, masks = f[0][:10], f[0][10:]
        c = x[8:]
        i, g = sigmoid(x[:2] + p[0] * c) * masks[0], sigmoid(x[2:4] + p[1] * c) * masks[1]
        c = g * c + i * np.tanh(x[4:6])
        return np.concatenate([c, sigmoid(x[6:8] + p[2] * c) * masks[2] * np.tanh(c)])
    return Case("nnet3", 13, [("LstmNonlinearityComponent", [("Params", p), ("UseDropout", True)])],
                formula)


@case
def lstm_projected(rng):
    n, i, o = 3, 4, 2
    wx, wr, b = f32(rng, 4 * n, i), f32(rng, 4 * n, o), f32(rng, 4 * n)
    p, out = f32(rng, 3, n), f32(rng, o, n)
    order = np.concatenate([np.arange(n, 3 * n), np.arange(n), np.arange(3 * n, 4 * n)])

    def sequence(x):
        c, r, rows = np.zeros(n), np.zeros(o), []
        for frame in x:
            c, m = cells((wx @ frame + wr @ r + b)[order], c, p)
            r = out @ m
            rows.append(r)
        return np.array(rows)
    return Case("nnet1", i, [("LstmProjected", o, i, [
        ("CellDim", n), ("LearnRateCoef", 1.0), ("BiasLearnRateCoef", 1.0), ("CellClip", 50.0),
        ("", wx), ("", wr), ("", b), ("", p[0]), ("", p[1]), ("", p[2]), ("", out)])],
        sequence=sequence)


@case
def lstm_projected_clipped(rng):
    whole = lstm_projected(rng)
    fields = dict((i, f) for i, f in enumerate(whole.components[0][3]))
    wx, wr, b, pi, pf, po, out = (fields[i][1] for i in range(4, 11))
    n, o = pi.size, out.shape[0]
    fields[3] = ("CellClip", 0.3)
    order = np.concatenate([np.arange(n, 3 * n), np.arange(n), np.arange(3 * n, 4 * n)])

    def sequence(x):
        c, r, rows = np.zeros(n), np.zeros(o), []
        for frame in x:
            g = (wx @ frame + wr @ r + b)[order]
            i, f = sigmoid(g[:n] + pi * c), sigmoid(g[n:2 * n] + pf * c)
            c = np.clip(f * c + i * np.tanh(g[2 * n:3 * n]), -0.3, 0.3)
            r = out @ (sigmoid(g[3 * n:] + po * c) * np.tanh(c))
            rows.append(r)
        return np.array(rows)
    return Case("nnet1", 4, [("LstmProjectedStreams", o, 4, [fields[i] for i in range(11)])],
                sequence=sequence)


@case
def gru(rng):
    w = f32(rng, 2, 2)

    def formula(f):
        z, r, hx, c = np.split(f[0], 4)
        h = np.tanh(hx + w @ (r * c))
        return np.concatenate([h, (1 - z) * h + z * c])
    return Case("nnet3", 8, [("GruNonlinearityComponent", [
        ("CellDim", 2), ("RecurrentDim", 2), ("w_h", w), ("Count", 1.0), ("Alpha", 4.0),
        ("RankInOut", (20, 80)), ("UpdatePeriod", 4)])], formula)


@case
def gru_projected(rng):
    w = f32(rng, 3, 2)

    def formula(f):
        z, r, hx, c, s = np.split(f[0], [3, 5, 8, 11])
        h = np.tanh(hx + w @ (r * s))
        return np.concatenate([h, (1 - z) * h + z * c])
    return Case("nnet3", 13, [("GruNonlinearityComponent", [("CellDim", 3), ("RecurrentDim", 2),
                                                            ("w_h", w)])], formula)


@case
def output_gru(rng):
    w = f32(rng, 2)

    def formula(f):
        z, hx, c = np.split(f[0], 3)
        h = np.tanh(hx + w * c)
        return np.concatenate([h, (1 - z) * h + z * c])
    return Case("nnet3", 6, [("OutputGruNonlinearityComponent", [("CellDim", 2), ("w_h", w)])],
                formula)


@case
def nnet1_patches(rng):
    w, b = f32(rng, 2, 6), f32(rng, 2)

    def formula(x):
        x = x.reshape(2, 5)
        y = np.array([w @ x[:, p:p + 3].ravel() + b for p in (0, 1, 2)])
        return np.array([y[0:2].max(0), y[1:3].max(0)]).ravel()
    return Case("nnet1", 10, [
        ("ConvolutionalComponent", 6, 10, [("PatchDim", 3), ("PatchStep", 1), ("PatchStride", 5),
                                           ("LearnRateCoef", 1.0), ("Filters", w), ("Bias", b)]),
        ("MaxPoolingComponent", 4, 6, [("PoolSize", 2), ("PoolStep", 1), ("PoolStride", 2)])],
        lambda f: formula(f[0]))


@case
def nnet1_columns(rng):
    a, b = f32(rng, 4), f32(rng, 4)

    def formula(f):
        x = f[0][[2, 0, 0, 5]]
        x = np.maximum(x, 0) * a + np.minimum(x, 0) * b
        return x / np.sqrt((x * x).sum())
    return Case("nnet1", 6, [("Copy", 4, 6, [("", [3, 1, 1, 6])]),
                             ("ParametricRelu", 4, 4, [("AlphaLearnRateCoef", 1.0), ("", a), ("", b)]),
                             ("LengthNorm", 4, 4, [])], formula)


def nnet2_parts(rng):
    w1, b1, w2, b2 = f32(rng, 6, 12), f32(rng, 6), f32(rng, 3, 3), f32(rng, 3)
    components = [
        ("SpliceComponent", [("InputDim", 5), ("Context", [-1, 0, 1]), ("ConstComponentDim", 2)]),
        ("FixedAffineComponent", [("LinearParams", np.eye(12, 11, dtype=np.float32)),
                                  ("BiasParams", np.zeros(12, np.float32))]),
        ("AffineComponentPreconditionedOnline", [
            ("LearningRate", 0.01), ("LinearParams", w1), ("BiasParams", b1), ("RankIn", 30),
            ("RankOut", 60), ("UpdatePeriod", 4), ("NumSamplesHistory", 2000.0), ("Alpha", 4.0),
            ("MaxChangePerSample", 0.075)]),
        ("PnormComponent", [("InputDim", 6), ("OutputDim", 3), ("P", 2.0)]),
        ("NormalizeComponent", [("Dim", 3), ("ValueSum", np.zeros(0)), ("DerivSum", np.zeros(0)),
                                ("Count", 0.0)]),
        ("AffineComponent", [("LearningRate", 0.01), ("LinearParams", w2), ("BiasParams", b2),
                             ("IsGradient", False)]),
        ("SoftmaxComponent", [("Dim", 3), ("ValueSum", np.ones(3)), ("DerivSum", np.ones(3)),
                              ("Count", 2.0)])]

    def logits(f):
        x = np.append(np.concatenate([f[0][:3], f[1][:3], f[2]]), 0)
        x = np.sqrt(((w1 @ x + b1).reshape(3, 2) ** 2).sum(1))
        return w2 @ (x / np.sqrt((x * x).mean())) + b2
    return components, logits


@case
def nnet2(rng):
    components, logits = nnet2_parts(rng)
    return Case("nnet2", 5, components, lambda f: softmax(logits(f)), (-1, 0, 1),
                priors=np.array([0.5, 0.3, 0.2], np.float32))


@case
def nnet2_priors(rng):
    components, logits = nnet2_parts(rng)
    priors = np.array([0.5, 0.3, 0.2], np.float32)
    return Case("nnet2", 5, components, lambda f: logits(f) - np.log(priors), (-1, 0, 1),
                priors=priors, options=["--counts ''", "--remove_output_softmax"])


@case
def splice_max(rng):
    return Case("nnet2", 4, [("SpliceMaxComponent", [("InputDim", 4), ("Context", [-2, -1, 0])])],
                lambda f: f.max(0), (-2, -1, 0))
