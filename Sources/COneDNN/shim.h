// oneDNN for Swift: matrix products of constant extents, and packing. Versions 2 and 3 differ in how such things are
// described; these functions hide it.
#pragma once

#include <oneapi/dnnl/dnnl.h>
#include <stdint.h>

#if DNNL_VERSION_MAJOR < 3
typedef const dnnl_memory_desc_t *ditta_layout;
#else
typedef const_dnnl_memory_desc_t ditta_layout;
#endif

// Debian's oneDNN runs on OpenMP, which asks each thread how many threads it may start.
#if defined(__linux__)
void omp_set_num_threads(int count);
static inline void ditta_start_no_threads(void) { omp_set_num_threads(1); }
#else
static inline void ditta_start_no_threads(void) {}
#endif

// Whether the processor multiplies bfloat16 itself.
static inline int ditta_has_bfloat16(void) {
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

// out [rows, outputs] = x [rows, inputs] · w [inputs, outputs] (+ bias) (+ out), row-major; then ReLU if it rectifies.
typedef struct {
    int64_t rows, inputs, outputs;
    dnnl_data_type_t type, result;
    int has_bias, accumulates, rectifies;
} ditta_product_shape;

// Describes a product; its weights have the layout given, or with NULL the one oneDNN likes best.
static inline dnnl_status_t ditta_describe_product(dnnl_primitive_desc_t *description, ditta_product_shape shape,
                                                   ditta_layout weights, dnnl_engine_t engine) {
    dnnl_dims_t x_dims = {shape.rows, shape.inputs}, w_dims = {shape.inputs, shape.outputs};
    dnnl_dims_t out_dims = {shape.rows, shape.outputs}, bias_dims = {1, shape.outputs};
    dnnl_primitive_attr_t attributes;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status != dnnl_success) return status;
    // Scratch memory that oneDNN keeps by itself would be shared by the threads that run one primitive.
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    dnnl_post_ops_t after;
    if (status == dnnl_success) status = dnnl_post_ops_create(&after);
    if (status != dnnl_success) return status;
#if DNNL_VERSION_MAJOR < 3
    if (shape.accumulates) dnnl_post_ops_append_sum(after, 1.0f);
    if (shape.rectifies) dnnl_post_ops_append_eltwise(after, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
    dnnl_primitive_attr_set_post_ops(attributes, after);
    dnnl_memory_desc_t x, w, bias, out;
    dnnl_memory_desc_init_by_tag(&x, 2, x_dims, shape.type, dnnl_ab);
    if (weights) {
        w = *weights;
    } else {
        dnnl_memory_desc_init_by_tag(&w, 2, w_dims, shape.type, dnnl_format_tag_any);
    }
    dnnl_memory_desc_init_by_tag(&bias, 2, bias_dims, dnnl_f32, dnnl_ab);
    dnnl_memory_desc_init_by_tag(&out, 2, out_dims, shape.result, dnnl_ab);
    dnnl_matmul_desc_t product;
    status = dnnl_matmul_desc_init(&product, &x, &w, shape.has_bias ? &bias : 0, &out);
    if (status == dnnl_success) status = dnnl_primitive_desc_create(description, &product, attributes, engine, 0);
#else
    if (shape.accumulates) dnnl_post_ops_append_sum(after, 1.0f, 0, dnnl_data_type_undef);
    if (shape.rectifies) dnnl_post_ops_append_eltwise(after, dnnl_eltwise_relu, 0.0f, 0.0f);
    dnnl_primitive_attr_set_post_ops(attributes, after);
    dnnl_memory_desc_t x, w = 0, bias, out;
    dnnl_memory_desc_create_with_tag(&x, 2, x_dims, shape.type, dnnl_ab);
    if (!weights) dnnl_memory_desc_create_with_tag(&w, 2, w_dims, shape.type, dnnl_format_tag_any);
    dnnl_memory_desc_create_with_tag(&bias, 2, bias_dims, dnnl_f32, dnnl_ab);
    dnnl_memory_desc_create_with_tag(&out, 2, out_dims, shape.result, dnnl_ab);
    status = dnnl_matmul_primitive_desc_create(description, engine, x, weights ? weights : w,
                                               shape.has_bias ? bias : 0, out, attributes);
    dnnl_memory_desc_destroy(x);
    if (w) dnnl_memory_desc_destroy(w);
    dnnl_memory_desc_destroy(bias);
    dnnl_memory_desc_destroy(out);
#endif
    dnnl_post_ops_destroy(after);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

// Describes the packing of a matrix [rows, columns] with the given strides into a layout.
static inline dnnl_status_t ditta_describe_packing(dnnl_primitive_desc_t *description, int64_t rows, int64_t columns,
                                                   int64_t row_stride, int64_t column_stride, ditta_layout layout,
                                                   dnnl_engine_t engine) {
    dnnl_dims_t dims = {rows, columns}, strides = {row_stride, column_stride};
    dnnl_memory_desc_t plain;
#if DNNL_VERSION_MAJOR < 3
    dnnl_status_t status = dnnl_memory_desc_init_by_strides(&plain, 2, dims, dnnl_f32, strides);
    if (status != dnnl_success) return status;
    return dnnl_reorder_primitive_desc_create(description, &plain, engine, layout, engine, 0);
#else
    dnnl_status_t status = dnnl_memory_desc_create_with_strides(&plain, 2, dims, dnnl_f32, strides);
    if (status != dnnl_success) return status;
    status = dnnl_reorder_primitive_desc_create(description, plain, engine, layout, engine, 0);
    dnnl_memory_desc_destroy(plain);
    return status;
#endif
}

