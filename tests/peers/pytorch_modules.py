"""Small PyTorch modules of the kinds that people export: (name, module, inputs, names of dynamic axes)."""
import torch
import torch.nn.functional as F
from torch import nn


class Of(nn.Module):
    """A function as a module."""

    def __init__(self, function, *parts):
        super().__init__()
        self.function = function
        self.parts = nn.ModuleList(parts)

    def forward(self, *values):
        return self.function(*self.parts, *values)


class Block(nn.Module):
    """A residual block with squeeze and excitation."""

    def __init__(self, channels, activation):
        super().__init__()
        self.a = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), activation())
        self.b = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, groups=channels), nn.BatchNorm2d(channels))
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 4, 1), nn.ReLU(),
                                  nn.Conv2d(4, channels, 1), nn.Hardsigmoid())

    def forward(self, x):
        y = self.b(self.a(x))
        return F.relu(x + y * self.gate(y))


class Attention(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(size), nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.heads = heads

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v)
        return x + self.out(y.transpose(1, 2).reshape(b, n, c))


class Patches(nn.Module):
    """A small vision transformer."""

    def __init__(self):
        super().__init__()
        self.cut = nn.Conv2d(3, 24, 8, 8)
        self.token = nn.Parameter(torch.randn(1, 1, 24))
        self.place = nn.Parameter(torch.randn(1, 17, 24))
        self.blocks = nn.Sequential(Attention(24, 4), nn.Linear(24, 24), nn.GELU(), Attention(24, 2))
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        y = self.cut(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(y.shape[0], -1, -1), y], 1) + self.place
        return self.head(self.blocks(y)[:, 0])


class Focus(nn.Module):
    """Slices side by side, as YOLOv5 begins, and its head's decoding."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(12, 18, 3, padding=1)

    def forward(self, x):
        y = torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)
        y = F.silu(self.conv(y))
        b, _, h, w = y.shape
        z = y.view(b, 3, 6, h, w).permute(0, 1, 3, 4, 2).sigmoid()
        ys, xs = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        grid = torch.stack((xs, ys), 2).float()
        place, size, rest = z.split((2, 2, 2), 4)
        return torch.cat(((place * 2 + grid) * 8, (size * 2) ** 2, rest), 4).view(b, -1, 6)


class Recurrent(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.net = kind(5, 7, **options)

    def forward(self, x):
        return self.net(x)[0]


class Pieces(nn.Module):
    """Windows of attention, as Swin shifts them."""

    def forward(self, x):
        b, h, w, c = x.shape
        y = torch.roll(x, (-1, -1), (1, 2))
        y = y.view(b, h // 4, 4, w // 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, c)
        return y - y.mean(1, keepdim=True)


def rows():
    """(name, module, inputs, dynamic: whether the first axis is a variable)"""
    image = torch.randn(1, 3, 32, 32)
    tokens = torch.randint(0, 20, (2, 6))
    flat = torch.randn(2, 6, 8)
    return [
        ("classifier", nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU6(), nn.MaxPool2d(2), nn.Flatten(),
                                     nn.Linear(512, 5), nn.Softmax(1)), (image,), True),
        ("residual_hswish", nn.Sequential(nn.Conv2d(3, 8, 1), Block(8, nn.Hardswish), Block(8, nn.SiLU)), (image,), True),
        ("residual_mish", nn.Sequential(nn.Conv2d(3, 8, 1), Block(8, nn.Mish), Block(8, nn.LeakyReLU)), (image,), False),
        ("patches", Patches(), (image,), True),
        ("focus", Focus(), (image,), False),
        ("windows", Pieces(), (torch.randn(2, 8, 8, 6),), False),
        ("lstm", Recurrent(nn.LSTM, batch_first=True, bidirectional=True, num_layers=2), (torch.randn(2, 4, 5),), False),
        ("gru", Recurrent(nn.GRU, batch_first=True), (torch.randn(2, 4, 5),), False),
        ("rnn", Recurrent(nn.RNN), (torch.randn(4, 2, 5),), False),
        ("embedding", nn.Sequential(nn.Embedding(20, 8), nn.LayerNorm(8), nn.Linear(8, 3)), (tokens,), True),
        ("encoder", nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (flat,), False),
        ("groups", nn.Sequential(nn.Conv2d(3, 8, 3), nn.GroupNorm(4, 8), nn.InstanceNorm2d(8, affine=True), nn.PReLU(8)), (image,), False),
        ("upsampled", nn.Sequential(nn.ConvTranspose2d(3, 4, 4, 2, 1), nn.Upsample(scale_factor=2, mode="bilinear"),
                                    nn.PixelUnshuffle(2), nn.PixelShuffle(4)), (image,), False),
        ("resized", Of(lambda x: F.interpolate(x, size=(20, 50), mode="bicubic", align_corners=True)), (image,), False),
        ("nearest", Of(lambda x: F.interpolate(x, scale_factor=2.0)), (image,), True),
        ("pooled", Of(lambda x: torch.cat([F.avg_pool2d(x, 3, 2, 1), F.max_pool2d(x, 3, 2, 1), F.adaptive_avg_pool2d(x, (16, 16))], 1)),
         (image,), False),
        ("padded", Of(lambda x: F.pad(F.pad(F.pad(x, (1, 2, 3, 4)), (2, 2, 2, 2), "reflect"), (1, 1, 1, 1), "replicate")), (image,), False),
        ("sampled", Of(lambda x, g: F.grid_sample(x, g, align_corners=False)), (image, torch.rand(1, 9, 7, 2) * 2 - 1), False),
        ("norms", Of(lambda x: F.normalize(x, dim=1) + x.norm(dim=1, keepdim=True) + x.std(1, keepdim=True)), (image,), False),
        ("reduced", Of(lambda x: x.amax(2) + x.amin(3) + x.sum(2) + x.mean(3) + x.logsumexp(2) + x.prod(3)), (image,), False),
        ("best", Of(lambda x: x.topk(3, 1) + (x.argmax(1), x.argmin(1), x.sort(1, descending=True)[0])), (torch.randn(4, 9),), False),
        ("chosen", Of(lambda x, i: (x.gather(1, i), x.index_select(0, i[0]), x[:, i[0]], x.masked_fill(x > 0, 2.0))),
         (torch.randn(4, 9), torch.randint(0, 4, (4, 3))), False),
        ("scattered", Of(lambda x, i, u: (x.scatter(1, i, u), x.scatter_add(1, i, u))),
         (torch.randn(4, 9), torch.tensor([[0, 3], [1, 2], [8, 0], [4, 5]]), torch.randn(4, 2)), False),
        ("arithmetic", Of(lambda x, y: (x % y, torch.floor_divide(x, y), torch.pow(x.abs(), y), torch.fmod(x, y), torch.atan2(x, y))),
         (torch.rand(4, 9) * 5, torch.rand(4, 9) + 0.5), False),
        ("unary", Of(lambda x: torch.stack([x.erf(), x.exp(), x.log1p(), x.sqrt(), x.rsqrt(), x.sin(), x.cos(), x.tanh(),
                                            x.sigmoid(), x.round(), x.ceil(), x.sign(), x.reciprocal()])), (torch.rand(3, 4) + 0.1,), False),
        ("activated", Of(lambda x: torch.stack([F.gelu(x), F.gelu(x, approximate="tanh"), F.elu(x), F.selu(x), F.softplus(x), F.celu(x),
                                                F.hardtanh(x), F.hardshrink(x), F.softsign(x), F.logsigmoid(x), F.threshold(x, 0, 0)])),
         (torch.randn(3, 4),), False),
        ("products", Of(lambda x, y: (x @ y, torch.einsum("bij,bkj->bik", x, x), torch.bmm(x, y), torch.baddbmm(x[:, :, :6], x, y))),
         (torch.randn(2, 6, 8), torch.randn(2, 8, 6)), False),
        ("windowed", Of(lambda x: F.unfold(x, 3, padding=1, stride=2)), (image,), False),
        ("masked", Of(lambda x: torch.tril(x) + torch.triu(x, 1) * torch.where(x > 0, x, -x)), (torch.randn(5, 5),), False),
        ("summed", Of(lambda x: x.cumsum(1).flip(0).roll(1, 1)), (torch.randn(4, 9),), False),
        ("split", Of(lambda x: torch.cat([c * (i + 1) for i, c in enumerate(x.chunk(4, 1))][::-1], 1)), (torch.randn(2, 8, 3),), True),
        ("shuffled", Of(lambda x: x.view(2, 2, 4, 3, 3).transpose(1, 2).reshape(2, 8, 3, 3)), (torch.randn(2, 8, 3, 3),), False),
        ("integers", Of(lambda i: (i + 1, i * 2, i // 2, i % 3, i.float() / 3, (i > 4) & (i < 9), i.clamp(2, 7), ~(i == 3))), (tokens,), False),
        ("one_hot", Of(lambda i: F.one_hot(i, 20).float().mean(1)), (tokens,), False),
        ("depthwise1d", nn.Sequential(nn.Conv1d(6, 6, 3, padding=1, groups=6), nn.Conv1d(6, 4, 1), nn.GLU(1)), (torch.randn(2, 6, 8),), False),
        ("conv3d", nn.Sequential(nn.Conv3d(2, 4, 3), nn.MaxPool3d(2), nn.AvgPool3d(2)), (torch.randn(1, 2, 10, 12, 14),), False),
    ]
