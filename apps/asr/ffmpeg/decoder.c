/*
 * The decoder of the speech service: one recording in, 16 kHz float samples out, one plane for each channel.
 *
 * Compiled with FFmpeg's libraries to WebAssembly (see build.sh). The only way out of the module is the two imported
 * functions below: it has no files, no network, no clock and no memory but its own. One instance decodes one recording.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <libavcodec/ac3_parser.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/mpegaudiodecheader.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("recording"), import_name(#name)))

/** Copies up to `length` bytes from `position` of the recording; 0 at its end, -1 when the caller wants to stop. */
IMPORT(read) int recording_read(double position, uint8_t *into, int length);
/** The size of the recording in bytes. */
IMPORT(size) double recording_size(void);

enum { OUT_RATE = 16000, IO_BUFFER = 1 << 16, MAX_CHANNELS = 8, MIN_RATE = 4000, MAX_RATE = 384000 };
/** Results of open_recording and read_samples. Zero and above are success; other negative numbers are FFmpeg's. */
enum { UNKNOWN_FORMAT = -1, NO_AUDIO = -2, NO_DECODER = -3, BAD_LAYOUT = -4, STOPPED = -5 };
/** A detected format is trusted from this score on: FFmpeg gives less for a few bytes that may be chance. */
enum { SURE_SCORE = AVPROBE_SCORE_EXTENSION };

static struct {
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    SwrContext *resampler;
    AVChannelLayout layout;
    uint8_t **planes;
    int stream, capacity, channels, rate, sample_format, draining, finished;
    int cut_packets, refused_packets, packets, ends_badly;
    int64_t position, frames_at_rate;
    double declared_seconds, earlier_seconds;
} self;

static int read_io(void *opaque, uint8_t *into, int length)
{
    int count = recording_read((double)self.position, into, length);
    if (count < 0)
        return AVERROR_EXIT;
    self.position += count;
    return count == 0 ? AVERROR_EOF : count;
}

static int64_t seek_io(void *opaque, int64_t offset, int whence)
{
    int64_t size = (int64_t)recording_size();
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return size;
    case SEEK_SET: break;
    case SEEK_CUR: offset += self.position; break;
    case SEEK_END: offset += size; break;
    default: return AVERROR(EINVAL);
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    return self.position = offset;
}

static int open_codec(AVStream *stream, const AVCodec *decoder)
{
    int result;
    self.codec = avcodec_alloc_context3(decoder);
    if (!self.codec)
        return AVERROR(ENOMEM);
    if ((result = avcodec_parameters_to_context(self.codec, stream->codecpar)) < 0)
        return result;
    self.codec->pkt_timebase = stream->time_base;
    return avcodec_open2(self.codec, decoder, NULL);
}

static double seconds_of(int64_t duration, AVRational base)
{
    return duration == AV_NOPTS_VALUE || duration <= 0 ? 0 : duration * av_q2d(base);
}

/** The length that the header declares, before FFmpeg estimates one; 0 if it declares none. */
static double declared_by_header(void)
{
    double longest = 0;
    for (unsigned i = 0; i < self.format->nb_streams; i++) {
        AVStream *stream = self.format->streams[i];
        if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
            longest = FFMAX(longest, seconds_of(stream->duration, stream->time_base));
    }
    return longest > 0 ? longest : seconds_of(self.format->duration, AV_TIME_BASE_Q);
}

/** A buffer of `size` bytes for the texts that open_recording takes. */
EXPORT(allocate) void *allocate(int size)
{
    return av_mallocz(size);
}

/**
 * Opens the recording. `format` is the name of FFmpeg's demuxer, or empty to detect it; `options` are the demuxer's,
 * as `name=value` joined by `:`.
 */
EXPORT(open_recording) int open_recording(const char *format, const char *options)
{
    const AVInputFormat *input = *format ? av_find_input_format(format) : NULL;
    const AVCodec *decoder;
    AVDictionary *dictionary = NULL;
    AVIOContext *io;
    int result;

    av_log_set_level(AV_LOG_QUIET);
    self.packet = av_packet_alloc();
    self.frame = av_frame_alloc();
    self.format = avformat_alloc_context();
    io = avio_alloc_context(av_malloc(IO_BUFFER), IO_BUFFER, 0, NULL, read_io, NULL, seek_io);
    if (!self.packet || !self.frame || !self.format || !io)
        return AVERROR(ENOMEM);
    if (*format && !input)
        return UNKNOWN_FORMAT;
    self.format->pb = io;
    if ((result = av_dict_parse_string(&dictionary, options, "=", ":", 0)) < 0)
        return result;
    if ((result = avformat_open_input(&self.format, NULL, input, &dictionary)) < 0)
        return result == AVERROR_EXIT ? STOPPED : input ? result : UNKNOWN_FORMAT;
    if (!input && self.format->probe_score < SURE_SCORE)
        return UNKNOWN_FORMAT;
    self.declared_seconds = declared_by_header();
    if (avformat_find_stream_info(self.format, NULL) == AVERROR_EXIT)
        return STOPPED;
    self.stream = av_find_best_stream(self.format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    if (self.stream < 0)
        return NO_AUDIO;
    decoder = avcodec_find_decoder(self.format->streams[self.stream]->codecpar->codec_id);
    if (!decoder)
        return NO_DECODER;
    for (unsigned i = 0; i < self.format->nb_streams; i++)
        if ((int)i != self.stream)
            self.format->streams[i]->discard = AVDISCARD_ALL;
    return open_codec(self.format->streams[self.stream], decoder);
}

static int is_other_layout(void)
{
    return !self.resampler || self.frame->sample_rate != self.rate || self.frame->format != self.sample_format ||
           av_channel_layout_compare(&self.frame->ch_layout, &self.layout);
}

/** Concatenated streams may change their rate, their channels or the storage of their samples. */
static int start_layout(void)
{
    AVFrame *frame = self.frame;
    int result;
    self.earlier_seconds += self.rate > 0 ? (double)self.frames_at_rate / self.rate : 0;
    self.frames_at_rate = 0;
    self.rate = frame->sample_rate;
    self.sample_format = frame->format;
    self.channels = frame->ch_layout.nb_channels;
    if (self.channels < 1 || self.channels > MAX_CHANNELS || self.rate < MIN_RATE || self.rate > MAX_RATE)
        return BAD_LAYOUT;
    if ((result = av_channel_layout_copy(&self.layout, &frame->ch_layout)) < 0)
        return result;
    result = swr_alloc_set_opts2(&self.resampler, &self.layout, AV_SAMPLE_FMT_FLTP, OUT_RATE, &self.layout,
                                 self.sample_format, self.rate, 0, NULL);
    return result < 0 ? result : swr_init(self.resampler);
}

static int make_room(int samples)
{
    if (self.planes && samples <= self.capacity)
        return 0;
    if (self.planes)
        av_freep(&self.planes[0]);
    av_freep(&self.planes);
    self.capacity = samples;
    return av_samples_alloc_array_and_samples(&self.planes, NULL, MAX_CHANNELS, samples, AV_SAMPLE_FMT_FLTP, 0);
}

/** Converts `count` samples per channel; none flushes the resampler. */
static int convert(const uint8_t **input, int count)
{
    int result = make_room(swr_get_out_samples(self.resampler, count) + 64);
    return result < 0 ? result : swr_convert(self.resampler, self.planes, self.capacity, input, count);
}

/** Takes the decoded frame, or what the resampler still holds when the frame begins another layout. */
static int take_frame(void)
{
    int result;
    if (is_other_layout()) {
        if (self.resampler) {
            int channels = self.channels;
            result = convert(NULL, 0);
            swr_free(&self.resampler);
            self.channels = channels;
            if (result != 0)
                return result;
        }
        if ((result = start_layout()) < 0)
            return result;
    }
    self.frames_at_rate += self.frame->nb_samples;
    result = convert((const uint8_t **)self.frame->extended_data, self.frame->nb_samples);
    av_frame_unref(self.frame);
    return result;
}

/** AMR sends frames without speech while nobody talks (3GPP TS 26.093): FFmpeg's decoders refuse them. */
static int is_pause(void)
{
    int type = self.packet->size > 0 ? self.packet->data[0] >> 3 & 15 : 0;
    return (self.codec->codec_id == AV_CODEC_ID_AMR_NB && type >= 8) ||
           (self.codec->codec_id == AV_CODEC_ID_AMR_WB && type >= 9);
}

/** Silence for the length of the packet, so that what follows keeps its time. */
static void skip_packet(void)
{
    AVRational base = self.format->streams[self.stream]->time_base;
    int64_t count = self.rate > 0 ? av_rescale_q(self.packet->duration, base, (AVRational){ 1, self.rate }) : 0;
    if (!self.resampler || count <= 0 || count > self.rate || swr_inject_silence(self.resampler, count) < 0)
        return;
    self.frames_at_rate += count;
}

/** The size that the packet's own header declares; 0 for codecs without such a header. */
static int declared_size(void)
{
    MPADecodeHeader header;
    uint8_t id;
    uint16_t size;
    switch (self.codec->codec_id) {
    case AV_CODEC_ID_MP1:
    case AV_CODEC_ID_MP2:
    case AV_CODEC_ID_MP3:
        if (self.packet->size < 4 || avpriv_mpegaudio_decode_header(&header, AV_RB32(self.packet->data)) != 0)
            return 0;
        return header.frame_size;
    case AV_CODEC_ID_AC3:
    case AV_CODEC_ID_EAC3:
        return av_ac3_parse_header(self.packet->data, self.packet->size, &id, &size) < 0 ? 0 : size;
    default:
        return 0;
    }
}

static void refuse_packet(void)
{
    self.refused_packets++;
    self.ends_badly = 1;
}

/** Sends the next packet of the recording to the codec, or its end. */
static int feed(void)
{
    int result = av_read_frame(self.format, self.packet);
    if (result == AVERROR_EXIT)
        return STOPPED;
    if (result < 0) {
        self.draining = 1;
        return avcodec_send_packet(self.codec, NULL);
    }
    if (self.packet->stream_index == self.stream) {
        self.packets++;
        self.cut_packets += (self.packet->flags & AV_PKT_FLAG_CORRUPT) != 0 || self.packet->size < declared_size();
        if (is_pause()) {
            skip_packet();
        } else if (avcodec_send_packet(self.codec, self.packet) < 0) {
            refuse_packet();
            skip_packet();
        }
    }
    av_packet_unref(self.packet);
    return 0;
}

/** Decodes on: samples per channel that are ready in the planes, 0 at the end of the recording. */
EXPORT(read_samples) int read_samples(void)
{
    while (!self.finished) {
        int result = self.frame->nb_samples > 0 ? 0 : avcodec_receive_frame(self.codec, self.frame);
        if (result == 0) {
            self.ends_badly = 0;
            if ((result = take_frame()) != 0)
                return result;
        } else if (result == AVERROR(EAGAIN) && !self.draining) {
            if ((result = feed()) == STOPPED)
                return STOPPED;
        } else if (result == AVERROR_EOF || self.draining) {
            self.finished = 1;
            return self.resampler ? convert(NULL, 0) : 0;
        } else {
            refuse_packet();
            if ((result = feed()) == STOPPED)
                return STOPPED;
        }
    }
    return 0;
}

EXPORT(plane) const uint8_t *plane(int channel)
{
    return self.planes[channel];
}

EXPORT(channels) int channels(void)
{
    return self.channels;
}

EXPORT(rate) int rate(void)
{
    return self.rate;
}

/** Of the whole recording so far, by the rate of the recording. */
EXPORT(decoded_seconds) double decoded_seconds(void)
{
    return self.earlier_seconds + (self.rate > 0 ? (double)self.frames_at_rate / self.rate : 0);
}

/** As the header declares it; 0 if it declares none. */
EXPORT(declared_seconds) double declared_seconds(void)
{
    return self.declared_seconds;
}

/** Packets that end before the size they declare. */
EXPORT(cut_packets) int cut_packets(void)
{
    return self.cut_packets;
}

/** Packets that the codec refused. */
EXPORT(refused_packets) int refused_packets(void)
{
    return self.refused_packets;
}

/** Whether the codec refused the last packet: a file that is cut off ends in a part of one. */
EXPORT(ends_badly) int ends_badly(void)
{
    return self.ends_badly;
}

EXPORT(packets) int packets(void)
{
    return self.packets;
}

/** FFmpeg's name of the container, as far as it is known. */
EXPORT(container_name) const char *container_name(void)
{
    return self.format && self.format->iformat ? self.format->iformat->name : "";
}

/** The name of the codec, as far as it is known. */
EXPORT(codec_name) const char *codec_name(void)
{
    if (!self.format || self.stream < 0 || self.stream >= (int)self.format->nb_streams)
        return "";
    return avcodec_get_name(self.format->streams[self.stream]->codecpar->codec_id);
}
