/// The tensors of Meta's SAM 2 checkpoints, made up from the code that makes them: what `sam2_hiera_*.pt` and
/// `sam2.1_hiera_*.pt` hold.
///
/// Source: facebookresearch/sam2, sam2/modeling and sam2/configs.
package struct OriginalSAM2 {
    /// Every tensor's shape.
    package private(set) var shapes: [String: [Int]] = [:]

    /// The tensors of a size.
    ///
    /// - Parameters:
    ///   - width: channels of the first stage.
    ///   - depths: blocks of each stage.
    ///   - background: the side of the positional embedding.
    ///   - isNewer: SAM 2.1 rather than SAM 2.
    package init(width: Int, depths: [Int], background: Int, isNewer: Bool) {
        trunk(width: width, depths: depths, background: background)
        for level in 0..<4 { convolution("image_encoder.neck.convs.\(level).conv", 256, width << (3 - level), 1) }
        prompts()
        maskDecoder()
        memory()
        shapes["maskmem_tpos_enc"] = [7, 1, 1, 64]
        (shapes["no_mem_embed"], shapes["no_mem_pos_enc"]) = ([1, 1, 256], [1, 1, 256])
        shapes["no_obj_ptr"] = [1, 256]
        convolution("mask_downsample", 1, 1, 4)
        perceptron("obj_ptr_proj", [256, 256, 256, 256])
        if isNewer {
            shapes["no_obj_embed_spatial"] = [1, 64]
            linear("obj_ptr_tpos_proj", 256, 64)
        }
    }

    private mutating func affine(_ name: String, _ weight: [Int], _ bias: Int) {
        shapes[name + ".weight"] = weight
        shapes[name + ".bias"] = [bias]
    }

    private mutating func norm(_ name: String, _ width: Int) { affine(name, [width], width) }

    private mutating func linear(_ name: String, _ inputs: Int, _ outputs: Int) {
        affine(name, [outputs, inputs], outputs)
    }

    private mutating func convolution(_ name: String, _ outputs: Int, _ inputs: Int, _ kernel: Int) {
        affine(name, [outputs, inputs, kernel, kernel], outputs)
    }

    private mutating func perceptron(_ name: String, _ widths: [Int]) {
        for layer in 1..<widths.count { linear("\(name).layers.\(layer - 1)", widths[layer - 1], widths[layer]) }
    }

    private mutating func attention(_ name: String, inner: Int = 256, keys: Int = 256) {
        linear("\(name).q_proj", 256, inner)
        for part in ["k_proj", "v_proj"] { linear("\(name).\(part)", keys, inner) }
        linear("\(name).out_proj", inner, 256)
    }

    private mutating func trunk(width: Int, depths: [Int], background: Int) {
        let trunk = "image_encoder.trunk"
        shapes["\(trunk).pos_embed"] = [1, width, background, background]
        shapes["\(trunk).pos_embed_window"] = [1, width, 8, 8]
        convolution("\(trunk).patch_embed.proj", width, 3, 7)
        var (number, inputs) = (0, width)
        for stage in 0..<4 {
            let outputs = width << stage
            for _ in 0..<depths[stage] {
                let block = "\(trunk).blocks.\(number)"
                norm("\(block).norm1", inputs)
                linear("\(block).attn.qkv", inputs, 3 * outputs)
                linear("\(block).attn.proj", outputs, outputs)
                norm("\(block).norm2", outputs)
                perceptron("\(block).mlp", [outputs, 4 * outputs, outputs])
                if inputs != outputs { linear("\(block).proj", inputs, outputs) }
                (number, inputs) = (number + 1, outputs)
            }
        }
    }

    private mutating func prompts() {
        let encoder = "sam_prompt_encoder"
        shapes["\(encoder).pe_layer.positional_encoding_gaussian_matrix"] = [2, 128]
        for point in 0..<4 { shapes["\(encoder).point_embeddings.\(point).weight"] = [1, 256] }
        for name in ["not_a_point_embed", "no_mask_embed"] { shapes["\(encoder).\(name).weight"] = [1, 256] }
        convolution("\(encoder).mask_downscaling.0", 4, 1, 2)
        norm("\(encoder).mask_downscaling.1", 4)
        convolution("\(encoder).mask_downscaling.3", 16, 4, 2)
        norm("\(encoder).mask_downscaling.4", 16)
        convolution("\(encoder).mask_downscaling.6", 256, 16, 1)
    }

    private mutating func maskDecoder() {
        let (decoder, transformer) = ("sam_mask_decoder", "sam_mask_decoder.transformer")
        for layer in 0..<2 {
            let name = "\(transformer).layers.\(layer)"
            attention("\(name).self_attn")
            attention("\(name).cross_attn_token_to_image", inner: 128)
            attention("\(name).cross_attn_image_to_token", inner: 128)
            perceptron("\(name).mlp", [256, 2048, 256])
            for index in 1...4 { norm("\(name).norm\(index)", 256) }
        }
        attention("\(transformer).final_attn_token_to_image", inner: 128)
        norm("\(transformer).norm_final_attn", 256)
        for (name, count) in [("iou_token", 1), ("mask_tokens", 4), ("obj_score_token", 1)] {
            shapes["\(decoder).\(name).weight"] = [count, 256]
        }
        // Transposed convolutions: inputs come first.
        affine("\(decoder).output_upscaling.0", [256, 64, 2, 2], 64)
        norm("\(decoder).output_upscaling.1", 64)
        affine("\(decoder).output_upscaling.3", [64, 32, 2, 2], 32)
        convolution("\(decoder).conv_s0", 32, 256, 1)
        convolution("\(decoder).conv_s1", 64, 256, 1)
        for mask in 0..<4 { perceptron("\(decoder).output_hypernetworks_mlps.\(mask)", [256, 256, 256, 32]) }
        perceptron("\(decoder).iou_prediction_head", [256, 256, 256, 4])
        perceptron("\(decoder).pred_obj_score_head", [256, 256, 256, 1])
    }

    private mutating func memory() {
        for layer in 0..<4 {
            let name = "memory_attention.layers.\(layer)"
            attention("\(name).self_attn")
            attention("\(name).cross_attn_image", keys: 64)
            linear("\(name).linear1", 256, 2048)
            linear("\(name).linear2", 2048, 256)
            for index in 1...3 { norm("\(name).norm\(index)", 256) }
        }
        norm("memory_attention.norm", 256)
        let encoder = "memory_encoder"
        for (layer, widths) in [(1, 4), (4, 16), (16, 64), (64, 256)].enumerated() {
            convolution("\(encoder).mask_downsampler.encoder.\(3 * layer)", widths.1, widths.0, 3)
            norm("\(encoder).mask_downsampler.encoder.\(3 * layer + 1)", widths.1)
        }
        convolution("\(encoder).mask_downsampler.encoder.12", 256, 256, 1)
        convolution("\(encoder).pix_feat_proj", 256, 256, 1)
        convolution("\(encoder).out_proj", 64, 256, 1)
        for layer in 0..<2 {
            let name = "\(encoder).fuser.layers.\(layer)"
            affine("\(name).dwconv", [256, 1, 7, 7], 256)
            norm("\(name).norm", 256)
            linear("\(name).pwconv1", 256, 1024)
            linear("\(name).pwconv2", 1024, 256)
            shapes["\(name).gamma"] = [256]
        }
    }
}
