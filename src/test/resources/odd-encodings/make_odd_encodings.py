#!/usr/bin/env python3
"""Writes small pictures with odd encodings, and the results of Pillow (index.json).
Needs Pillow 9.4.0 with littlecms and WebP, and libjpeg-turbo's cjpeg. Run: python3 make_odd_encodings.py OUT"""
import hashlib, io, json, struct, subprocess, sys, warnings, zlib
from pathlib import Path
from PIL import Image
warnings.simplefilter("ignore")
out = Path(sys.argv[1]); out.mkdir(parents=True, exist_ok=True)
W, H = 45, 38
def noise(seed, n):
    x = seed; r = bytearray()
    for _ in range(n):
        x = (x * 1103515245 + 12345) & 0x7fffffff; r.append(x >> 16 & 255)
    return bytes(r)
def picture(w=W, h=H):
    im = Image.new("RGB", (w, h)); n = noise(7, w * h * 3)
    im.putdata([((x * 5 + n[3*(y*w+x)] % 60) % 256, (y * 6 + n[3*(y*w+x)+1] % 90) % 256, ((x + y) * 9 + n[3*(y*w+x)+2] % 40) % 256)
                for y in range(h) for x in range(w)])
    return im
pic = picture()
def put(name, data): (out / name).write_bytes(data)
def save(name, im, **kw): im.save(out / name, **kw)

# ---- JPEG
ppm = io.BytesIO(); pic.save(ppm, "PPM")
def cjpeg(name, *args):
    put(name, subprocess.run(["cjpeg", "-quality", "80", *args], input=ppm.getvalue(), stdout=subprocess.PIPE, check=True).stdout)
for s in ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2"):
    cjpeg(f"jpeg_luma_{s}.jpg", "-sample", f"{s},1x1,1x1")
cjpeg("jpeg_440_progressive.jpg", "-progressive", "-sample", "1x2,1x1,1x1")
cjpeg("jpeg_mixed_chroma.jpg", "-sample", "2x2,2x1,1x2")
cjpeg("jpeg_3x1.jpg", "-sample", "3x1,1x1,1x1")
cjpeg("jpeg_luma_smaller.jpg", "-sample", "1x1,2x2,2x2")
cjpeg("jpeg_all_1x2.jpg", "-sample", "1x2,1x2,1x2")
cjpeg("jpeg_restart_1_block.jpg", "-restart", "1B")
cjpeg("jpeg_restart_1_row_progressive.jpg", "-progressive", "-restart", "1")
cjpeg("jpeg_rgb.jpg", "-rgb")
cjpeg("jpeg_rgb_progressive.jpg", "-rgb", "-progressive")
cjpeg("jpeg_arithmetic.jpg", "-arithmetic")
cjpeg("jpeg_gray.jpg", "-grayscale", "-progressive")
cjpeg("jpeg_float_dct.jpg", "-dct", "float", "-optimize")
cjpeg("jpeg_16bit_tables.jpg", "-quality", "3")
scans = out / "scans.txt"; scans.write_text("0;\n1;\n2;\n")
cjpeg("jpeg_three_scans.jpg", "-scans", str(scans)); scans.unlink()
j = (out / "jpeg_luma_2x2.jpg").read_bytes()
def seg(m, d): return bytes([0xff, m]) + struct.pack(">H", len(d) + 2) + d
bare = j[:2] + j[20:]                                  # without JFIF
def adobe(t): return seg(0xee, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, t))
put("jpeg_no_jfif.jpg", bare)
j444 = (out / "jpeg_luma_1x1.jpg").read_bytes(); bare444 = j444[:2] + j444[20:]
put("jpeg_444_no_jfif.jpg", bare444)
put("jpeg_444_adobe_0.jpg", bare444[:2] + adobe(0) + bare444[2:])
put("jpeg_444_adobe_1.jpg", bare444[:2] + adobe(1) + bare444[2:])
put("jpeg_444_adobe_2.jpg", bare444[:2] + adobe(2) + bare444[2:])
put("jpeg_jfif_and_adobe_0.jpg", j444[:20] + adobe(0) + j444[20:])
def rename(data, ids):
    d = bytearray(data); sof = d.index(b"\xff\xc0"); sos = d.index(b"\xff\xda")
    for i, v in enumerate(ids): d[sof + 10 + 3*i] = v; d[sos + 5 + 2*i] = v
    return bytes(d)
put("jpeg_named_rgb.jpg", rename(bare444, b"RGB"))
put("jpeg_named_012.jpg", rename(bare444, [0, 1, 2]))
put("jpeg_named_bgr.jpg", rename(bare444, b"BGR"))
put("jpeg_named_rgb_jfif.jpg", rename(j444, b"RGB"))
from PIL import ImageCms
prof = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
half = len(prof) // 2
put("jpeg_icc_split.jpg", j[:20] + seg(0xe2, b"ICC_PROFILE\0\2\2" + prof[half:]) + seg(0xe2, b"ICC_PROFILE\0\1\2" + prof[:half]) + j[20:])
put("jpeg_icc_broken.jpg", j[:20] + seg(0xe2, b"ICC_PROFILE\0\1\3junk") + j[20:])
put("jpeg_fill_bytes.jpg", j[:20] + b"\xff\xff\xff" + j[20:])
put("jpeg_garbage_after.jpg", j + b"garbage after the end")
put("jpeg_no_end_marker.jpg", j[:-2])
put("jpeg_cut_but_ended.jpg", j[:len(j) * 2 // 3] + b"\xff\xd9")
put("jpeg_12_bit.jpg", j.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c"))
put("jpeg_lossless.jpg", j.replace(b"\xff\xc0\x00\x11", b"\xff\xc3\x00\x11"))
cmyk = Image.merge("CMYK", [*pic.split(), pic.convert("L").rotate(180)])
save("cmyk.jpg", cmyk, quality=85); c = (out / "cmyk.jpg").read_bytes(); (out / "cmyk.jpg").unlink()
a = c.index(b"\xff\xee"); alen = 2 + struct.unpack(">H", c[a+2:a+4])[0]
noadobe = c[:a] + c[a+alen:]
put("jpeg_cmyk_adobe_0.jpg", c)
put("jpeg_cmyk_no_adobe.jpg", noadobe)
put("jpeg_ycck.jpg", noadobe[:2] + adobe(2) + noadobe[2:])
put("jpeg_ycck_odd_transform.jpg", noadobe[:2] + adobe(1) + noadobe[2:])
save("s.jpg", cmyk, quality=85, subsampling=2); s = (out / "s.jpg").read_bytes(); (out / "s.jpg").unlink()
a = s.index(b"\xff\xee"); put("jpeg_ycck_420.jpg", s[:a] + adobe(2) + s[a+alen:])
save("jpeg_cmyk_progressive.jpg", cmyk, quality=85, progressive=True)
for w, h in ((1, 1), (1, 9), (9, 1), (2, 2), (3, 5), (17, 16)):
    for s in (0, 1, 2): save(f"jpeg_{w}x{h}_s{s}.jpg", pic.crop((5, 5, 5 + w, 5 + h)), subsampling=s)

# ---- PNG
def chunk(t, d): return struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
SIG = b"\x89PNG\r\n\x1a\n"
def scan(w, h, bpp, seed, filters):
    n = (w * bpp + 7) // 8; r = b""
    for y in range(h): r += bytes([filters[y % len(filters)]]) + noise(seed + y, n)
    return r
def png(name, w, h, depth, ctype, interlace=0, before=(), raw=None, split=0, after=b"", end=True):
    bpp = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[ctype]; fs = [0, 1, 2, 3, 4, 4, 2]
    if raw is None:
        if interlace:
            raw = b""
            for i, (x0, y0, dx, dy) in enumerate(((0,0,8,8),(4,0,8,8),(0,4,4,8),(2,0,4,4),(0,2,2,4),(1,0,2,2),(0,1,1,2))):
                pw, ph = (w - x0 + dx - 1) // dx, (h - y0 + dy - 1) // dy
                if pw > 0 and ph > 0: raw += scan(pw, ph, bpp, 31 * i, fs)
        else: raw = scan(w, h, bpp, 3, fs)
    z = zlib.compress(raw)
    idat = b"".join(chunk(b"IDAT", z[i:i+split]) for i in range(0, len(z), split)) if split else chunk(b"IDAT", z)
    put(name, SIG + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, ctype, 0, 0, interlace)) + b"".join(before) + idat + after + (chunk(b"IEND", b"") if end else b""))
def plte(n): return chunk(b"PLTE", noise(99, 3 * n))
for ctype, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
    for d in depths:
        pal = [plte(1 << d)] if ctype == 3 else []
        png(f"png_c{ctype}_{d}bit.png", 21, 19, d, ctype, 0, pal)
        png(f"png_c{ctype}_{d}bit_interlaced.png", 21, 19, d, ctype, 1, pal)
png("png_interlaced_1x1.png", 1, 1, 8, 2, 1); png("png_interlaced_3x2.png", 3, 2, 4, 0, 1); png("png_interlaced_1x7.png", 1, 7, 16, 6, 1)
png("png_gray_trns.png", 21, 19, 8, 0, 0, [chunk(b"tRNS", b"\0\x10")])
png("png_gray2_trns.png", 21, 19, 2, 0, 0, [chunk(b"tRNS", b"\0\x01")])
png("png_gray16_trns.png", 21, 19, 16, 0, 0, [chunk(b"tRNS", b"\0\x01")])
png("png_rgb_trns.png", 21, 19, 8, 2, 0, [chunk(b"tRNS", b"\0\x10\0\x10\0\x10")])
png("png_palette_trns.png", 21, 19, 4, 3, 0, [plte(16), chunk(b"tRNS", b"\0\x10\x80")])
png("png_short_palette.png", 21, 19, 8, 3, 0, [plte(7)])
png("png_short_palette_4bit.png", 21, 19, 4, 3, 0, [plte(5)])
png("png_no_palette.png", 21, 19, 8, 3)
png("png_gamma.png", 21, 19, 8, 2, 0, [chunk(b"gAMA", struct.pack(">I", 100000)), chunk(b"sBIT", b"\5\6\5"), chunk(b"bKGD", b"\0\1\0\2\0\3")])
png("png_split_idat.png", 21, 19, 8, 2, split=50)
png("png_unknown_chunk.png", 21, 19, 8, 2, 0, [chunk(b"ABCD", b"critical?"), chunk(b"zzzz", b"x")])
png("png_no_end.png", 21, 19, 8, 2, end=False)
png("png_text_after.png", 21, 19, 8, 2, after=chunk(b"tEXt", b"a\0b"))
png("png_rows_missing.png", 21, 19, 8, 2, raw=scan(21, 9, 24, 3, [0, 1]))
png("png_rows_extra.png", 21, 19, 8, 2, raw=scan(21, 29, 24, 3, [0, 1]))
png("png_bad_filter.png", 21, 19, 8, 2, raw=scan(21, 19, 24, 3, [9]))
save("apng.png", pic, save_all=True, append_images=[pic.rotate(180)]); (out / "apng.png").rename(out / "png_animated.png")
d = bytearray((out / "png_c2_8bit.png").read_bytes()); d[-20] ^= 1; put("png_bad_adler.png", bytes(d))
d = bytearray((out / "png_gamma.png").read_bytes()); d[45] ^= 1; put("png_bad_crc.png", bytes(d))

# ---- GIF
def blocks(d): return b"".join(bytes([len(d[i:i+200])]) + d[i:i+200] for i in range(0, len(d), 200)) + b"\0"
def lzw(ix, bits):   # clear codes often enough to keep one code size
    n = bits + 1; acc = nb = 0; o = bytearray(); codes = []; since = 0
    codes.append(1 << bits)
    for i in ix:
        if since >= (1 << bits) - 2: codes.append(1 << bits); since = 0
        codes.append(i); since += 1
    codes.append((1 << bits) + 1)
    for c in codes:
        acc |= c << nb; nb += n
        while nb >= 8: o.append(acc & 255); acc >>= 8; nb -= 8
    if nb: o.append(acc & 255)
    return bytes(o)
def gif(name, sw, sh, fw, fh, x=0, y=0, glob=16, loc=0, inter=0, trans=None, bg=3, bits=4, pre=b"", tail=b";", data=None):
    pal = lambda n, s: noise(s, 3 * n); lg = lambda n: n.bit_length() - 2
    b = b"GIF89a" + struct.pack("<HHBBB", sw, sh, (0x80 | lg(glob)) if glob else 0, bg, 0) + (pal(glob, 5) if glob else b"") + pre
    if trans is not None: b += b"!\xf9\x04" + bytes([1, 5, 0, trans]) + b"\0"
    b += b"," + struct.pack("<HHHHB", x, y, fw, fh, ((0x80 | lg(loc)) if loc else 0) | (0x40 if inter else 0)) + (pal(loc, 77) if loc else b"")
    ix = [v & ((1 << bits) - 1) for v in noise(13, fw * fh)]
    put(name, b + bytes([bits]) + blocks(lzw(ix, bits) if data is None else data) + tail)
gif("gif_plain.gif", 23, 17, 23, 17); gif("gif_local_palette.gif", 23, 17, 23, 17, loc=16); gif("gif_only_local.gif", 23, 17, 23, 17, glob=0, loc=16)
gif("gif_no_palette.gif", 23, 17, 23, 17, glob=0); gif("gif_offset.gif", 23, 17, 9, 8, 5, 4); gif("gif_offset_trans.gif", 23, 17, 9, 8, 5, 4, trans=6)
gif("gif_offset_local.gif", 23, 17, 9, 8, 5, 4, loc=16); gif("gif_trans.gif", 23, 17, 23, 17, trans=2); gif("gif_beyond.gif", 10, 9, 23, 17, 3, 2)
gif("gif_interlaced.gif", 23, 17, 23, 17, inter=1); gif("gif_interlaced_short.gif", 23, 3, 23, 3, inter=1); gif("gif_interlaced_one_row.gif", 23, 1, 23, 1, inter=1)
gif("gif_short_palette.gif", 23, 17, 23, 17, glob=4); gif("gif_no_palette_offset_trans.gif", 23, 17, 9, 8, 5, 4, glob=0, trans=200)
gif("gif_comment.gif", 23, 17, 23, 17, pre=b"!\xfe\x05hello\x00!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00junk")
gif("gif_no_trailer.gif", 23, 17, 23, 17, tail=b""); gif("gif_early_end.gif", 23, 17, 23, 17, data=lzw([1, 2, 3], 4)); gif("gif_2_bits.gif", 23, 17, 23, 17, bits=2, glob=4)
gif("gif_8_bits.gif", 23, 17, 23, 17, bits=8, glob=256); gif("gif_zero_screen.gif", 0, 0, 23, 17); gif("gif_trans_out_of_palette.gif", 23, 17, 9, 8, 5, 4, glob=4, bits=2, trans=200)
pic.quantize(200).save(out / "gif_pillow.gif"); picture(200, 150).quantize(256).save(out / "gif_table_full.gif"); pic.convert("L").save(out / "gif_gray.gif")

# ---- BMP
def bmp(name, w, h, bits, comp=0, data=None, pal=None, top=False, masks=b"", hsize=40, colours=0, offset=None):
    stride = (w * bits + 31) // 32 * 4
    if data is None: data = noise(21, stride * h)
    if hsize == 12: head = struct.pack("<IHHHH", 12, w, h, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", hsize, w, -h if top else h, 1, bits, comp, len(data), 2835, 2835, colours, 0)
        if hsize > 40: head += (masks + bytes(84))[:hsize - 40]; masks = b""
    head += masks + (pal or b"")
    off = 14 + len(head) if offset is None else offset
    put(name, b"BM" + struct.pack("<IHHI", 14 + len(head) + len(data), 0, 0, off) + head + data)
def quad(n, s=41): return b"".join(noise(s + i, 3) + b"\0" for i in range(n))
for b in (1, 4, 8, 16, 24, 32):
    p = quad(1 << b) if b <= 8 else None
    bmp(f"bmp_{b}.bmp", 21, 13, b, pal=p); bmp(f"bmp_{b}_top_down.bmp", 21, 13, b, pal=p, top=True)
M = lambda *m: struct.pack(f"<{len(m)}I", *m)
bmp("bmp_565.bmp", 21, 13, 16, 3, masks=M(0xf800, 0x7e0, 0x1f)); bmp("bmp_555.bmp", 21, 13, 16, 3, masks=M(0x7c00, 0x3e0, 0x1f)); bmp("bmp_444.bmp", 21, 13, 16, 3, masks=M(0xf00, 0xf0, 0xf))
bmp("bmp_32_fields.bmp", 21, 13, 32, 3, masks=M(0xff0000, 0xff00, 0xff)); bmp("bmp_24_fields.bmp", 21, 13, 24, 3, masks=M(0xff0000, 0xff00, 0xff))
bmp("bmp_v4_bgra.bmp", 21, 13, 32, 3, masks=M(0xff0000, 0xff00, 0xff, 0xff000000), hsize=108); bmp("bmp_v5_rgba.bmp", 21, 13, 32, 3, masks=M(0xff, 0xff00, 0xff0000, 0xff000000), hsize=124)
bmp("bmp_v4_xbgr.bmp", 21, 13, 32, 3, masks=M(0xff000000, 0xff0000, 0xff00, 0), hsize=108); bmp("bmp_v4_abgr.bmp", 21, 13, 32, 3, masks=M(0xff000000, 0xff0000, 0xff00, 0xff), hsize=108)
bmp("bmp_v4_no_masks.bmp", 21, 13, 32, 3, masks=M(0, 0, 0, 0), hsize=108); bmp("bmp_64_header.bmp", 21, 13, 24, hsize=64); bmp("bmp_v5_24.bmp", 21, 13, 24, hsize=124)
bmp("bmp_os2_24.bmp", 21, 13, 24, hsize=12); bmp("bmp_os2_8.bmp", 21, 13, 8, hsize=12, pal=noise(4, 768)); bmp("bmp_os2_1.bmp", 21, 13, 1, hsize=12, pal=noise(4, 6))
bmp("bmp_8_short_palette.bmp", 21, 13, 8, pal=quad(9), colours=9); bmp("bmp_4_short_palette.bmp", 21, 13, 4, pal=quad(5), colours=5)
bmp("bmp_8_gray.bmp", 21, 13, 8, pal=b"".join(bytes([i, i, i, 0]) for i in range(256))); bmp("bmp_1_black_white.bmp", 21, 13, 1, pal=b"\0\0\0\0\xff\xff\xff\0"); bmp("bmp_1_white_black.bmp", 21, 13, 1, pal=b"\xff\xff\xff\0\0\0\0\0")
bmp("bmp_8_two_colours.bmp", 21, 13, 8, pal=b"\0\0\0\0\xff\xff\xff\0", colours=2); bmp("bmp_8_two_other_colours.bmp", 21, 13, 8, pal=quad(2), colours=2); bmp("bmp_4_gray.bmp", 21, 13, 4, pal=b"".join(bytes([i, i, i, 0]) for i in range(16)))
bmp("bmp_8_few_grays.bmp", 21, 13, 8, pal=b"".join(bytes([i, i, i, 0]) for i in range(5)), colours=5)
bmp("bmp_8_offset_zero.bmp", 21, 13, 8, pal=quad(256), offset=0); bmp("bmp_24_offset_zero.bmp", 21, 13, 24, offset=0); bmp("bmp_8_offset_no_palette.bmp", 21, 13, 8, pal=quad(256), offset=54)
bmp("bmp_2.bmp", 21, 13, 2, pal=quad(4)); bmp("bmp_jpeg.bmp", 21, 13, 24, 4); bmp("bmp_24_no_padding.bmp", 21, 13, 24, data=noise(21, 64 * 13 - 1)); bmp("bmp_24_short.bmp", 21, 13, 24, data=noise(21, 64 * 13 - 2))
def rle8(w, h, s):
    o = bytearray(); n = noise(s, 4 * w * h); k = 0
    for y in range(h):
        x = 0
        while x < w:
            run = min(w - x, 1 + n[k] % 9); k += 1
            if n[k] % 2 and run >= 3:
                o += bytes([0, run]) + n[k+1:k+1+run] + (b"\0" if run % 2 else b""); k += run
            else: o += bytes([run, n[k + 1]])
            k += 2; x += run
        o += b"\0\0"
    return bytes(o) + b"\0\1"
bmp("bmp_rle8.bmp", 21, 13, 8, 1, data=rle8(21, 13, 3), pal=quad(256)); bmp("bmp_rle8_top_down.bmp", 21, 13, 8, 1, data=rle8(21, 13, 3), pal=quad(256), top=True)
bmp("bmp_rle8_gray.bmp", 21, 13, 8, 1, data=rle8(21, 13, 3), pal=b"".join(bytes([i, i, i, 0]) for i in range(256)))
bmp("bmp_rle8_delta.bmp", 21, 4, 8, 1, data=bytes([5, 1, 0, 2, 3, 1, 4, 9, 0, 0, 21, 7, 0, 0, 21, 8, 0, 1]), pal=quad(256)); bmp("bmp_rle8_early_end.bmp", 21, 4, 8, 1, data=bytes([5, 1, 0, 0, 0, 1]), pal=quad(256))
bmp("bmp_rle8_short_lines.bmp", 21, 4, 8, 1, data=bytes([5, 1, 0, 0, 3, 2, 0, 0, 0, 0, 1, 9, 0, 0, 1, 1, 0, 0, 0, 1]), pal=quad(256))
bmp("bmp_rle8_long_run.bmp", 21, 3, 8, 1, data=bytes([50, 1, 0, 0, 21, 2, 0, 0, 21, 3, 0, 0, 0, 1]), pal=quad(256))
bmp("bmp_rle4.bmp", 21, 3, 4, 2, data=bytes([21, 0x37, 0, 0, 0, 8, 0x12, 0x34, 0x56, 0x78, 13, 0x9a, 0, 0, 4, 0xbc, 0, 4, 0xde, 0xf1, 13, 0x22, 0, 0, 0, 1]), pal=quad(16))
bmp("bmp_rle4_odd_absolute.bmp", 21, 2, 4, 2, data=bytes([0, 5, 0x12, 0x34, 0x50, 0, 16, 0x37, 0, 0, 21, 0x45, 0, 0, 0, 1]), pal=quad(16))

# ---- WebP
save("webp_lossy.webp", pic, quality=60); save("webp_lossy_odd.webp", picture(47, 33), quality=30); save("webp_lossless.webp", pic, lossless=True)
rgba = pic.copy(); rgba.putalpha(pic.convert("L").point(lambda v: 0 if v < 90 else v))
save("webp_lossy_alpha.webp", rgba, quality=60); save("webp_lossless_alpha.webp", rgba, lossless=True); save("webp_lossless_alpha_exact.webp", rgba, lossless=True, exact=True)
save("webp_animated.webp", pic, save_all=True, append_images=[pic.rotate(180)], quality=60); save("webp_animated_alpha.webp", rgba, save_all=True, append_images=[rgba.rotate(180)], lossless=True)
save("webp_icc.webp", pic, icc_profile=prof, quality=60); save("webp_1x1.webp", pic.crop((0, 0, 1, 1)), quality=60); save("webp_q100.webp", pic, quality=100)
d = bytearray((out / "webp_animated_alpha.webp").read_bytes()); i = d.index(b"ANMF"); d[24:30] = struct.pack("<I", W + 9)[:3] + struct.pack("<I", H + 6)[:3]; d[i+8] = 3; d[i+11] = 2
put("webp_animated_offset.webp", bytes(d))

index = []
for f in sorted(out.iterdir()):
    if f.suffix in (".json", ".md", ".py"): continue
    e = {"image": f.name}
    try:
        im = Image.open(io.BytesIO(f.read_bytes())); im.load(); r = im.convert("RGB")
        e |= {"size": list(r.size), "decoded_rgb_sha256": hashlib.sha256(r.tobytes()).hexdigest()}
    except Exception as x: e["refused"] = f"{type(x).__name__}: {x}"[:90].split(" <")[0]
    index.append(e)
(out / "index.json").write_text("[\n" + ",\n".join(json.dumps(e) for e in index) + "\n]\n")
print(len(index), sum(f.stat().st_size for f in out.iterdir()))
for e in index:
    if "refused" in e: print(e)
