#!/bin/sh
# Builds audio.wasm: FFmpeg's demuxers and decoders for sound, without anything else, as WebAssembly.
#
# Needs npm, pip, make and tar. The sources of FFmpeg come from the npm package libav.js, which carries them; the
# compiler is Zig (clang and wasi-libc) from its pip package. Takes about five minutes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet ziglang==0.17.1
zig=$(venv/bin/python -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))')
npm pack --silent libav.js@6.10.9
tar -xzf libav.js-6.10.9.tgz package/sources/ffmpeg-9.0.tar.xz
echo '7f607a00dd0d28a729d5a4811205812eef01cf6ef6155025febb6f36a9062d52  package/sources/ffmpeg-9.0.tar.xz' | sha256sum --check
tar -xJf package/sources/ffmpeg-9.0.tar.xz
for tool in 'cc -target wasm32-wasi' ar ranlib; do
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$zig" "$tool" > "z${tool%% *}"
  chmod +x "z${tool%% *}"
done

demuxers='aac ac3 aiff amr amrnb amrwb ape asf au avi caf eac3 flac flv g722 g723_1 g726 g726le g729 gsm ilbc ircam loas
matroska mov mp3 mpegps mpegts nistsphere ogg qcp rm sox tta voc w64 wav wv pcm_alaw pcm_mulaw pcm_s8 pcm_u8 pcm_s16be
pcm_s16le pcm_s24be pcm_s24le pcm_s32be pcm_s32le pcm_f32be pcm_f32le'
decoders='aac aac_latm ac3 adpcm_g722 adpcm_g726 adpcm_g726le adpcm_ima_qt adpcm_ima_wav adpcm_ms adpcm_yamaha alac amrnb
amrwb ape comfortnoise cook eac3 evrc flac g723_1 g729 gsm gsm_ms ilbc mace3 mace6 mp1float mp2float mp3float nellymoser
opus qcelp qdm2 ra_144 ra_288 sipr speex truespeech tta vorbis wavpack wmalossless wmapro wmav1 wmav2 wmavoice pcm_alaw
pcm_bluray pcm_dvd pcm_f16le pcm_f24le pcm_f32be pcm_f32le pcm_f64be pcm_f64le pcm_lxf pcm_mulaw pcm_s16be
pcm_s16be_planar pcm_s16le pcm_s16le_planar pcm_s24be pcm_s24le pcm_s24le_planar pcm_s32be pcm_s32le pcm_s32le_planar
pcm_s64be pcm_s64le pcm_s8 pcm_s8_planar pcm_u16be pcm_u16le pcm_u24be pcm_u24le pcm_u32be pcm_u32le pcm_u8 pcm_vidc'
parsers='aac aac_latm ac3 amr cook flac g723_1 g729 gsm mpegaudio opus sipr vorbis'
enable() { printf -- "--enable-$1=%s " $2; }

mkdir build
cd build
../ffmpeg-9.0/configure --target-os=none --arch=wasm32 --enable-cross-compile \
  --cc="$work/zcc" --ar="$work/zar" --ranlib="$work/zranlib" --nm=true \
  --disable-autodetect --disable-everything --disable-programs --disable-doc --disable-network --disable-pthreads \
  --disable-asm --disable-avdevice --disable-avfilter --disable-swscale --disable-debug --disable-stripping \
  --disable-error-resilience --disable-iamf \
  $(enable demuxer "$demuxers") $(enable decoder "$decoders") $(enable parser "$parsers") \
  --extra-cflags='-D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS -mbulk-memory -msimd128' --optflags=-O3
# WASI declares mmap, but has none.
sed -i 's/^#define HAVE_MMAP 1/#define HAVE_MMAP 0/' config.h
make -j"$(nproc)"
"$work/zcc" -mexec-model=reactor -O3 -mbulk-memory -msimd128 -I. -I../ffmpeg-9.0 "$here/decoder.c" -o "$here/audio.wasm" \
  libavformat/libavformat.a libavcodec/libavcodec.a libswresample/libswresample.a libavutil/libavutil.a \
  -Wl,--gc-sections -Wl,--strip-all -Wl,--max-memory=268435456 -Wl,-z,stack-size=1048576 -lm
sha256sum "$here/audio.wasm"
