// FFmpeg for Swift. Each line below says why Swift cannot do without it.
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswscale/swscale.h>

static const int64_t ditta_no_timestamp = AV_NOPTS_VALUE;  // macro with a cast: not imported
static const int ditta_end_of_file = AVERROR_EOF;          // macro over a tag: not imported
static const int ditta_try_again = AVERROR(EAGAIN);        // function-like macro: not imported

// AVFrame.data is a C array, which Swift sees as a tuple: pass the frame whole.
static inline int ditta_frame_to_rgb(struct SwsContext *scaler, const AVFrame *frame, uint8_t *rgb, int stride) {
    return sws_scale(scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, &rgb, &stride);
}

// As above, the other way round.
static inline int ditta_rgb_to_frame(struct SwsContext *scaler, const uint8_t *rgb, int stride, AVFrame *frame) {
    return sws_scale(scaler, &rgb, &stride, 0, frame->height, frame->data, frame->linesize);
}

// The field has moved between FFmpeg versions. In units of the stream's time base, 0 when unknown.
static inline int64_t ditta_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_MAJOR >= 58
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

// The call has moved between FFmpeg versions. Nine numbers, or NULL when the stream has no display matrix.
static inline const int32_t *ditta_display_matrix(const AVStream *stream) {
#if LIBAVFORMAT_VERSION_MAJOR >= 61
    const AVPacketSideData *data =
        av_packet_side_data_get(stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data,
                                AV_PKT_DATA_DISPLAYMATRIX);
    return data && data->size >= 9 * sizeof(int32_t) ? (const int32_t *)data->data : NULL;
#else
    size_t size = 0;
    const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)data : NULL;
#endif
}

// Marks a packet with a number that the frame it becomes will have, too; before the packet is sent to the decoder. The way to do it
// has changed between FFmpeg versions.
static inline void ditta_mark(AVCodecContext *codec, AVPacket *packet, int64_t number) {
#if LIBAVCODEC_VERSION_MAJOR >= 60
    packet->opaque = (void *)(intptr_t)number;
    (void)codec;
#else
    codec->reordered_opaque = number;
    (void)packet;
#endif
}

// Makes marks pass from packets to frames; before the decoder is opened.
static inline void ditta_pass_marks(AVCodecContext *codec) {
#if LIBAVCODEC_VERSION_MAJOR >= 60
    codec->flags |= AV_CODEC_FLAG_COPY_OPAQUE;
#else
    codec->reordered_opaque = 0;
#endif
}

// The mark of the packet that a frame was made of; senseless where the decoder loses it.
static inline int64_t ditta_mark_of(const AVFrame *frame) {
#if LIBAVCODEC_VERSION_MAJOR >= 60
    return (int64_t)(intptr_t)frame->opaque;
#else
    return frame->reordered_opaque;
#endif
}

// Whether a packet is a picture that others refer to and nobody sees: VP8 has them as packets of their own, and says so in the first
// byte (RFC 6386, section 9.1).
static inline int ditta_is_hidden(enum AVCodecID codec, const AVPacket *packet) {
    return codec == AV_CODEC_ID_VP8 && packet->size > 0 && !(packet->data[0] >> 4 & 1);
}
