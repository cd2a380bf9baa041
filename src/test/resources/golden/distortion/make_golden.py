# Writes golden.tsv: the results of Pillow for two computed pictures. Run with Debian's Pillow 9.4:
#   /usr/bin/python3 make_golden.py > golden.tsv
# Columns: operation, picture, level 0..10, sign, first 16 hex digits of the SHA-256 of the RGB bytes.
import hashlib
from PIL import Image, ImageEnhance, ImageOps

FILL = (124, 116, 104)


def contrasty(x, y, c):
    return (x * 7 + y * 5 + c * 40 + x * y * (c + 3) % 64) % 256


def pale(x, y, c):
    return 60 + (x + 2 * y + c * 13 + (x * x + y * c) % 31) % 120


def picture(width, height, value):
    samples = bytes(value(x, y, c) for y in range(height) for x in range(width) for c in range(3))
    return Image.frombytes("RGB", (width, height), samples)


def affine(image, *matrix):
    return image.transform(image.size, Image.AFFINE, matrix, resample=Image.BICUBIC, fillcolor=FILL)


def factor(t, s):
    return max(0.1, 1.0 + s * (t * 0.9))


OPERATIONS = {
    "AUTO_CONTRAST": lambda i, t, s: ImageOps.autocontrast(i),
    "EQUALIZE": lambda i, t, s: ImageOps.equalize(i),
    "INVERT": lambda i, t, s: ImageOps.invert(i),
    "ROTATE": lambda i, t, s: i.rotate(s * (t * 30.0), resample=Image.BICUBIC, fillcolor=FILL),
    "POSTERIZE_INCREASING": lambda i, t, s: ImageOps.posterize(i, 4 - int(t * 4)),
    "SOLARIZE_INCREASING": lambda i, t, s: ImageOps.solarize(i, 256 - min(256, int(t * 256))),
    "SOLARIZE_ADD": lambda i, t, s: i.point(
        [min(255, v + min(128, int(t * 110))) if v < 128 else v for v in range(256)] * 3),
    "COLOR_INCREASING": lambda i, t, s: ImageEnhance.Color(i).enhance(factor(t, s)),
    "CONTRAST_INCREASING": lambda i, t, s: ImageEnhance.Contrast(i).enhance(factor(t, s)),
    "BRIGHTNESS_INCREASING": lambda i, t, s: ImageEnhance.Brightness(i).enhance(factor(t, s)),
    "SHARPNESS_INCREASING": lambda i, t, s: ImageEnhance.Sharpness(i).enhance(factor(t, s)),
    "SHEAR_X": lambda i, t, s: affine(i, 1, s * (t * 0.3), 0, 0, 1, 0),
    "SHEAR_Y": lambda i, t, s: affine(i, 1, 0, 0, s * (t * 0.3), 1, 0),
    "TRANSLATE_X_REL": lambda i, t, s: affine(i, 1, 0, s * (t * 0.45) * i.size[0], 0, 1, 0),
    "TRANSLATE_Y_REL": lambda i, t, s: affine(i, 1, 0, 0, 0, 1, s * (t * 0.45) * i.size[1]),
}
SIGNLESS = {"AUTO_CONTRAST", "EQUALIZE", "INVERT"}
PICTURES = {"contrasty": picture(37, 29, contrasty), "pale": picture(64, 64, pale)}

for operation, apply in OPERATIONS.items():
    for name, image in PICTURES.items():
        for level in [7.0] if operation in SIGNLESS else [0.0, 2.6, 6.83, 10.0]:
            for sign in (1, -1):
                result = apply(image, level / 10.0, sign).tobytes()
                print(operation, name, level, sign, hashlib.sha256(result).hexdigest()[:16], sep="\t")
