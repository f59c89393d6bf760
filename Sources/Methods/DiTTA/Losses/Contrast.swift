import Compiled
import Dense
import Raster
import Tensors
import Training

/// The momentum-contrastive loss on one frame: pulls the pixels of an object to its prototype and away from the others'
/// (method step 16).
///
/// With z the unit feature of a pixel (the projection `[n, D]` of the cells under masks, made unit, upsampled and made unit
/// again), m_k the unit prototypes `[objects, D]` of the objects on the frame and o the pixel's object:
///
///     L = weight/n Σ -ln s_o, s = softmax(z·m)     ∂L/∂z = weight/n Σ_k (s_k - [k = o]) m_k
///
/// and from z through both normalisations to the projection. n counts the pixels under masks (paper) or all (released code).
/// Forward and backward are `UpsampledFeatures.contrast`; prototypes come of the momentum model and get no gradient.
///
/// - Parameters:
///   - live: the projection being trained, with the fused features `[h, w, D]` of the frame on the tape.
///   - momentum: the momentum model's, and its logits.
///   - objects: the object of each pixel, `noLabel` for none.
///   - features: how features are upsampled, in one step.
///   - bank: the prototypes, which are moved.
///   - options: every number of the method.
///   - tape: the step's tape.
/// - Returns: the loss, which the tape has noted; 0 if the frame has no object.
func contrast(
    _ live: (projection: Perceptron, fused: Variable),
    momentum: (projection: Perceptron, fused: Tensor, logits: DenseLogits), objects: LabelMap,
    upsampling features: Resampling, _ bank: inout PrototypeBank, _ options: DiTTAOptions, on tape: Tape
) -> Double {
    let present = Set(objects.labels).subtracting([noLabel]).sorted()
    guard !present.isEmpty else { return 0 }
    var index = [UInt16](repeating: noLabel, count: Int(present.last ?? 0) + 1)
    for (position, object) in present.enumerated() { index[Int(object)] = UInt16(position) }
    let mask = LabelMap(
        width: objects.width, height: objects.height,
        labels: objects.labels.map { $0 == noLabel ? noLabel : index[Int($0)] })
    // What no mask touches is in no sum and no loss: it is not projected.
    let cells = CellSubset(under: mask, features)

    let still = UpsampledFeatures(
        unitRows(momentum.projection(cells.gather(momentum.fused))).rows, at: cells, features)
    let weight = featureReliability(momentum.logits, options.prototypes)
    let sums = still.weightedSums(of: mask, weight: weight, objects: present.count)
    let prototypes = bank.update(present.map(Int.init), with: sums)

    let unit = tape.unitRows(live.projection.traced(tape.gather(live.fused, at: cells), on: tape))
    let masked = mask.labels.count { $0 != noLabel }
    let counted = options.crossEntropy == .probabilities ? mask.labels.count : masked
    let (loss, gradient) = UpsampledFeatures(unit.value, at: cells, features)
        .contrast(mask, prototypes, scale: options.contrastWeight / Float(counted))
    tape.record(loss: loss, gradient: gradient, of: unit)
    return loss
}

extension Tape {
    /// The chosen rows of x `[h, w, D]`, `[n, D]`.
    fileprivate func gather(_ x: Variable, at cells: CellSubset) -> Variable {
        record(cells.gather(x.value), from: [x]) { [x = x.gradient] gradient in
            x?.accumulate { into, adding in
                if !adding { clear(into) }
                cells.scatter(gradient, addingTo: into)
            }
        }
    }
}

/// How much a pixel's feature counts for its object's prototype, `[H, W]`, 0...1.
private func featureReliability(_ logits: DenseLogits, _ rule: DiTTASchema.Prototypes) -> Tensor {
    switch rule {
    case .mean:
        return logits.predict().reliability
    case .halved:
        // Min-max scaled entropy of the softmax taken twice.
        let entropy = logits.doubleEntropy()
        let values = entropy.values
        let low = values.min() ?? 0
        let span = (values.max() ?? 0) - low
        return Tensor(values.map { span > 0 ? 1 - ($0 - low) / span : 1 }, entropy.shape)
    }
}
