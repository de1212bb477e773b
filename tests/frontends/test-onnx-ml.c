#include "onnx-cases.h"

/* Estimators, n-grams and recurrent layers that become loops. Expected values are those
 * of ONNX Runtime 1.32. */

static const char *const trees[] = {
  "in a f32[3,2] 0 2 0 0 1 -2; ai.onnx.ml.TreeEnsembleRegressor a > y0 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 target_treeids:is=0,0,0,1,1 "
  "target_nodeids:is=2,3,4,1,2 target_ids:is=0,0,0,0,0 "
  "target_weights:fs=1,2,4,8,16 n_targets:i=1; out y0 f32[3,1] 18 20 9",
  "in a f32[3,2] 0 2 0 0 1 -2; ai.onnx.ml.TreeEnsembleRegressor a > y0 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 target_treeids:is=0,0,0,1,1 "
  "target_nodeids:is=2,3,4,1,2 target_ids:is=0,1,0,1,0 "
  "target_weights:fs=1,2,4,8,16 n_targets:i=2 aggregate_function:s=MAX "
  "base_values:fs=100,200; out y0 f32[3,2] 116 202 116 0 101 208",
  "in a f32[3,2] 0 2 0 0 1 -2; ai.onnx.ml.TreeEnsembleRegressor a > y0 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 target_treeids:is=0,0,0,1,1 "
  "target_nodeids:is=2,3,4,1,2 target_ids:is=0,0,0,0,0 "
  "target_weights:fs=1,2,4,8,16 n_targets:i=1 aggregate_function:s=AVERAGE; out "
  "y0 f32[3,1] 9 10 4.5",
  "in a f32[3,2] 0 2 9 9 nan -2; ai.onnx.ml.TreeEnsembleRegressor a > y0 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 target_treeids:is=0,0,0,1,1 "
  "target_nodeids:is=2,3,4,1,2 target_ids:is=0,0,0,0,0 "
  "target_weights:fs=1,2,4,8,16 n_targets:i=1 "
  "nodes_missing_value_tracks_true:is=1,0,0,0,0,1,0,0 aggregate_function:s=MIN; "
  "out y0 f32[3,1] 2 1 4",
  "in a f32[3,2] 0 2 0 0 1 -2; ai.onnx.ml.TreeEnsembleClassifier a > y0,y1 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 class_treeids:is=0,0,0,1,1 "
  "class_nodeids:is=2,3,4,1,2 class_ids:is=0,1,2,1,0 "
  "class_weights:fs=1,2,4,0.5,0.25 classlabels_int64s:is=7,8,9 "
  "post_transform:s=SOFTMAX; out y0 i64[3] 8 9 7; out y1 f32[3,3] 0.132742 "
  "0.763878 0.10338 0.0225734 0.0175802 0.959846 0.50648 0.307196 0.186324",
  "in a f32[3,2] 0 2 0 0 1 -2; ai.onnx.ml.TreeEnsembleClassifier a > y0,y1 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 class_treeids:is=0,0,0,1,1 "
  "class_nodeids:is=2,3,4,1,2 class_ids:is=0,1,2,1,0 "
  "class_weights:fs=1,2,4,0.5,0.25 classlabels_int64s:is=7,8,9 "
  "post_transform:s=SOFTMAX_ZERO; out y0 i64[3] 8 9 7; out y1 f32[3,3] 0.148047 "
  "0.851953 0 0.0229774 0 0.977023 0.622459 0.377541 0",
  "in a f32[3,2] 0 2 0 0 1 -2; ai.onnx.ml.TreeEnsembleClassifier a > y0,y1 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 class_treeids:is=0,0,0,1,1 "
  "class_nodeids:is=2,3,4,1,2 class_ids:is=0,0,0,0,0 "
  "class_weights:fs=-1,2,-4,0.5,0.25 classlabels_int64s:is=7,8 "
  "post_transform:s=LOGISTIC; out y0 i64[3] 8 7 7; out y1 f32[3,2] 0.0953495 "
  "0.904651 0.977023 0.0229774 0.622459 0.377541",
  "in a f32[3,2] 0 2 0 0 1 -2; ai.onnx.ml.TreeEnsembleClassifier a > y0,y1 "
  "nodes_treeids:is=0,0,0,0,0,1,1,1 nodes_nodeids:is=0,1,2,3,4,0,1,2 "
  "nodes_featureids:is=0,1,0,0,0,1,0,0 "
  "nodes_modes:ss=BRANCH_LEQ,BRANCH_GT,LEAF,LEAF,LEAF,BRANCH_LT,LEAF,LEAF "
  "nodes_values:fs=0.5,1,0,0,0,-1,0,0 nodes_truenodeids:is=1,3,0,0,0,1,0,0 "
  "nodes_falsenodeids:is=2,4,0,0,0,2,0,0 class_treeids:is=0,0,0,1,1 "
  "class_nodeids:is=2,3,4,1,2 class_ids:is=0,0,0,0,0 "
  "class_weights:fs=0.1,0.2,0.3,0.4,0.2 classlabels_int64s:is=7,8; out y0 "
  "i64[3] 7 7 7; out y1 f32[3,2] 0.6 0.4 0.5 0.5 0.5 0.5",
  NULL,
};

static const char *const estimators[] = {
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.LinearClassifier a > y0,y1 "
  "coefficients:fs=1,2,-1,0.5,0.25,1 intercepts:fs=0,1,-1 "
  "classlabels_ints:is=4,5,6 post_transform:s=LOGISTIC; out y0 i64[2] 5 4; out "
  "y1 f32[2,3] 0.0474259 0.268941 0.0600866 0.998499 0.880797 0.893309",
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.LinearClassifier a > y0,y1 "
  "coefficients:fs=1,0.5 intercepts:fs=0.25 classlabels_ints:is=4,5 "
  "post_transform:s=LOGISTIC; out y0 i64[2] 5 5; out y1 f32[2,2] 0.437823 "
  "0.562177 0.0953495 0.904651",
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.LinearRegressor a > y0 "
  "coefficients:fs=1,2,-1,0.5 intercepts:fs=0,1 targets:i=2; out y0 f32[2,2] -3 "
  "-1 6.5 2",
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.SVMRegressor a > y0 "
  "kernel_type:s=LINEAR kernel_params:fs=0.5,1,2 coefficients:fs=1,-0.5 "
  "support_vectors:fs=1,0,-1,2 n_supports:i=2 rho:fs=0.25; out y0 f32[2,1] 3.75 "
  "-2",
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.SVMRegressor a > y0 kernel_type:s=POLY "
  "kernel_params:fs=0.5,1,2 coefficients:fs=1,-0.5 support_vectors:fs=1,0,-1,2 "
  "n_supports:i=2 rho:fs=0.25; out y0 f32[2,1] 1.375 -5.21875",
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.SVMRegressor a > y0 kernel_type:s=RBF "
  "kernel_params:fs=0.5,1,2 coefficients:fs=1,-0.5 support_vectors:fs=1,0,-1,2 "
  "n_supports:i=2 rho:fs=0.25; out y0 f32[2,1] 0.385313 0.161348",
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.SVMRegressor a > y0 "
  "kernel_type:s=SIGMOID kernel_params:fs=0.5,1,2 coefficients:fs=1,-0.5 "
  "support_vectors:fs=1,0,-1,2 n_supports:i=2 rho:fs=0.25; out y0 f32[2,1] "
  "1.60772 0.598836",
  "in a f32[2,2] 1 -2 0.5 3; ai.onnx.ml.SVMRegressor a > y0 kernel_type:s=RBF "
  "kernel_params:fs=0.5,0,3 coefficients:fs=1,-0.5 support_vectors:fs=1,0,-1,2 "
  "n_supports:i=2 rho:fs=-0.01 one_class:i=1; out y0 f32[2,1] 1 -1",
  "in a i64[3] 1 5 2; ai.onnx.ml.LabelEncoder a > y0 keys_int64s:is=1,2 "
  "values_int64s:is=10,20 default_int64:i=-7; out y0 i64[3] 10 -7 20",
  "in a f32[3] 1 5 2; ai.onnx.ml.LabelEncoder a > y0 keys_floats:fs=1,2 "
  "values_floats:fs=1.5,2.5 default_float:f=-0.5; out y0 f32[3] 1.5 -0.5 2.5",
  "in a i64[3] 1 5 2; ai.onnx.ml.OneHotEncoder a > y0 cats_int64s:is=2,1; out "
  "y0 f32[3,2] 0 1 0 0 1 0",
  "in a f32[2,2] 1 0 0 4; ai.onnx.ml.Imputer a > y0 imputed_value_floats:fs=8,9 "
  "replaced_value_float:f=0; out y0 f32[2,2] 1 9 8 4",
  "in a i64[1,2] 1 3; ai.onnx.ml.Imputer a > y0 imputed_value_int64s:is=8 "
  "replaced_value_int64:i=3; out y0 i64[1,2] 1 8",
  "in a f32[2,1] 1 2; in b f32[2,2] 3 4 5 6; ai.onnx.ml.FeatureVectorizer a,b > "
  "y0 inputdimensions:is=1,2; out y0 f32[2,3] 1 3 4 2 5 6",
  "in a f32[2,2] 3 4 -1 1; ai.onnx.ml.Normalizer a > y0 norm:s=L1; out y0 "
  "f32[2,2] 0.428571 0.571429 -0.5 0.5",
  "in a f32[3] 3 0.1 -1; ai.onnx.ml.Binarizer a > y0 threshold:f=0.5; out y0 "
  "f32[3] 1 0 0",
  "in a f32[1,2] 3 4; ai.onnx.ml.Scaler a > y0 offset:fs=1,2 scale:fs=2,0.5; "
  "out y0 f32[1,2] 4 1",
  "in a f32[1,3] 3 4 5; in b i64[2] 2 0; ai.onnx.ml.ArrayFeatureExtractor a,b > "
  "y0; out y0 f32[1,2] 5 3",
  NULL,
};

static const char *const ngrams[] = {
  "opset 14; in a i64[1,5] 1 2 1 2 3; TfIdfVectorizer a > y0 mode:s=TF "
  "min_gram_length:i=1 max_gram_length:i=2 max_skip_count:i=1 "
  "ngram_counts:is=0,2 ngram_indexes:is=0,1,4,2 pool_int64s:is=1,3,1,2,2,2 "
  "weights:fs=2,3,0.5,4; out y0 f32[1,5] 2 1 1 0 2",
  "opset 14; in a i64[1,5] 1 2 1 2 3; TfIdfVectorizer a > y0 mode:s=IDF "
  "min_gram_length:i=1 max_gram_length:i=2 max_skip_count:i=1 "
  "ngram_counts:is=0,2 ngram_indexes:is=0,1,4,2 pool_int64s:is=1,3,1,2,2,2 "
  "weights:fs=2,3,0.5,4; out y0 f32[1,5] 2 3 4 0 0.5",
  "opset 14; in a i64[1,5] 1 2 1 2 3; TfIdfVectorizer a > y0 mode:s=TFIDF "
  "min_gram_length:i=1 max_gram_length:i=2 max_skip_count:i=1 "
  "ngram_counts:is=0,2 ngram_indexes:is=0,1,4,2 pool_int64s:is=1,3,1,2,2,2 "
  "weights:fs=2,3,0.5,4; out y0 f32[1,5] 4 3 4 0 1",
  "opset 14; in a i64[4] 1 2 1 2; TfIdfVectorizer a > y0 mode:s=TF "
  "min_gram_length:i=2 max_gram_length:i=2 max_skip_count:i=0 "
  "ngram_counts:is=0,0 ngram_indexes:is=0,1 pool_int64s:is=1,2,2,1; out y0 "
  "f32[2] 2 1",
  NULL,
};

static const char *const loops[] = {
  "opset 14; in a f32[2,1,1] 0 0.3; const b f32[1,4,1] -0.3 -0.9 -0.5 -1; const "
  "c f32[1,4,1] 0.1 1.3 -0.5 -0.6; const d f32[1,8] 0.5 0.4 0.1 -0.9 -0 0.7 "
  "-1.3 -0.5; in f f32[1,1,1] -1.9; in g f32[1,1,1] -1.3; const h f32[1,3] -1.8 "
  "-0.2 -1.3; LSTM a,b,c,d,,f,g,h > y0,y1,y2 hidden_size:i=1; out y0 "
  "f32[2,1,1,1] -0.212488 -0.656056; out y1 f32[1,1,1] -0.656056; out y2 "
  "f32[1,1,1] -1.64116",
  "opset 14; in a f32[2,1,1] 0 0.3; const b f32[1,4,1] -0.3 -0.9 -0.5 -1; const "
  "c f32[1,4,1] 0.1 1.3 -0.5 -0.6; const d f32[1,8] 0.5 0.4 0.1 -0.9 -0 0.7 "
  "-1.3 -0.5; LSTM a,b,c,d > y0 hidden_size:i=1 input_forget:i=1; out y0 "
  "f32[2,1,1,1] -0.376136 -0.373945",
  "opset 14; in a f32[2,1,1] 0 0.3; const b f32[1,4,1] -0.3 -0.9 -0.5 -1; const "
  "c f32[1,4,1] 0.1 1.3 -0.5 -0.6; const d f32[1,8] 0.5 0.4 0.1 -0.9 -0 0.7 "
  "-1.3 -0.5; const h f32[1,3] 0.3 0.2 -0.2; LSTM a,b,c,d,,,,h > y0 "
  "hidden_size:i=1 clip:f=0.25 direction:s=reverse; out y0 f32[2,1,1,1] "
  "-0.109863 -0.0769192",
  "opset 14; in a f32[2,2,1] -2.5 -0.5 -0 0.1; const b f32[2,1,1] -1.5 -0.5; "
  "const c f32[2,1,1] -1 -0.8; const d f32[2,2] 1.1 -0.8 -0 0.9; in e i32[2] 2 "
  "1; RNN a,b,c,d,e > y0,y1 hidden_size:i=1 direction:s=bidirectional "
  "activations:ss=Elu,LeakyRelu activation_alpha:fs=0.5,0.2; out y0 "
  "f32[2,2,2,1] 4.05 1.05 1.43 1.15 -0.488241 0 0.9 0; out y1 f32[2,2,1] "
  "-0.488241 1.05 1.43 1.15",
  "opset 14; in a f32[2,1,1] -0.6 -0.1; const b f32[1,1,1] 0.1; const c "
  "f32[1,1,1] 0.1; RNN a,b,c > y0 hidden_size:i=1 "
  "activations:ss=ThresholdedRelu activation_alpha:fs=0.1; out y0 f32[2,1,1,1] "
  "0 0",
  "opset 14; in a f32[2,1,1] -1.2 0.1; const b f32[1,1,1] 1.4; const c "
  "f32[1,1,1] -1.5; RNN a,b,c > y0 hidden_size:i=1 activations:ss=ScaledTanh "
  "activation_alpha:fs=0.5 activation_beta:fs=2; out y0 f32[2,1,1,1] -0.498795 "
  "0.472153",
  "opset 14; in a f32[2,1,1] 0.9 0.1; const b f32[1,3,1] -0.6 2 0.8; const c "
  "f32[1,3,1] -1.2 0.1 0.6; const d f32[1,6] -0.2 0.7 -0.1 0.7 1.4 -0.7; GRU "
  "a,b,c,d > y0,y1 hidden_size:i=1 activations:ss=HardSigmoid,Affine "
  "activation_alpha:fs=0.3,2 activation_beta:fs=0.4,0.5 "
  "linear_before_reset:i=1; out y0 f32[2,1,1,1] 0.20808 -0.279661; out y1 "
  "f32[1,1,1] -0.279661",
  "opset 14; in a f32[2,1,1] 0.2 -0.5; const b f32[1,3,1] 0.1 -1.2 -0.6; const "
  "c f32[1,3,1] -0.2 0.9 1.1; const d f32[1,6] -1.3 -0.8 0.6 -2 -0.5 -0.1; GRU "
  "a,b,c,d > y0,y1 hidden_size:i=1 activations:ss=Sigmoid,Softsign; out y0 "
  "f32[2,1,1,1] 0.265377 0.470408; out y1 f32[1,1,1] 0.470408",
  NULL,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/ml/trees", trees, run_onnx_cases);
  g_test_add_data_func ("/onnx/ml/estimators", estimators, run_onnx_cases);
  g_test_add_data_func ("/onnx/ml/ngrams", ngrams, run_onnx_cases);
  g_test_add_data_func ("/onnx/ml/loops", loops, run_onnx_cases);
  return g_test_run ();
}
