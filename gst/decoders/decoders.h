#pragma once

#include "decoder.h"

/* Every decoder, for the table in decoder.c. */
extern const GstWeirDecoder gst_weir_decoder_blazeface;
extern const GstWeirDecoder gst_weir_decoder_mtcnn;
extern const GstWeirDecoder gst_weir_decoder_mtcnn_refine;
extern const GstWeirDecoder gst_weir_decoder_retinaface;
extern const GstWeirDecoder gst_weir_decoder_score_box;
extern const GstWeirDecoder gst_weir_decoder_yolov5;
extern const GstWeirDecoder gst_weir_decoder_yolov8;
extern const GstWeirDecoder gst_weir_decoder_ssd;
extern const GstWeirDecoder gst_weir_decoder_classify;
