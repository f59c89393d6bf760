// FFmpeg for Swift. Each line below says why Swift cannot do without it.
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

static const int64_t ditta_no_timestamp = AV_NOPTS_VALUE;  // macro with a cast: not imported
static const int ditta_end_of_file = AVERROR_EOF;          // macro over a tag: not imported
static const int ditta_try_again = AVERROR(EAGAIN);        // function-like macro: not imported
