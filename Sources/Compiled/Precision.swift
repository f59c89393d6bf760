import COneDNN

/// The numbers a compiled network multiplies; sums are float32 always.
package enum Precision: String, Sendable, Codable, CaseIterable {
    /// IEEE single precision.
    case fp32
    /// bfloat16: the upper half of a float32, so eight bits of mantissa.
    case bf16

    /// The fastest precision of this processor: bf16 where it multiplies such numbers itself.
    package static var fastest: Precision { bf16.isSupported ? .bf16 : .fp32 }

    /// Whether this processor computes in it.
    package var isSupported: Bool { self == .fp32 || ditta_has_bfloat16() != 0 }

    /// The size of a number in bytes.
    var size: Int { self == .fp32 ? 4 : 2 }

    var dnnl: dnnl_data_type_t { self == .fp32 ? dnnl_f32 : dnnl_bf16 }
}
