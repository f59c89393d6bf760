/// The labels of the present frame, and for how many frames each pixel has kept its own.
struct RunLengths: Sendable {
    /// The labels of the present frame; empty before the first.
    private(set) var labels: [UInt16] = []
    /// The run of each pixel in frames, this one included, 1...255; 255 stands for every longer run too.
    private(set) var lengths: [UInt8] = []

    /// Forgets the video: the next frame starts runs of 1.
    mutating func beginVideo() {
        labels = []
    }

    /// Adds the next frame.
    mutating func extend(with next: [UInt16]) {
        if labels.isEmpty {
            lengths = [UInt8](repeating: 1, count: next.count)
        } else {
            precondition(next.count == labels.count, "\(next.count) labels follow \(labels.count)")
            let present = labels
            let (old, new) = (present.span, next.span)
            var runs = lengths.mutableSpan
            for pixel in 0..<runs.count {
                let run = runs[pixel]
                runs[pixel] = old[pixel] == new[pixel] ? run &+ (run == .max ? 0 : 1) : 1
            }
        }
        labels = next
    }
}

/// How many pixels are constant in the window of some frames that ends at the present one.
struct WindowCounts: Sendable {
    /// Pixels with constant truth, void included.
    private(set) var truth = 0
    /// Pixels with constant truth and constant prediction, void included.
    private(set) var both = 0
    /// Pixels with constant valid truth.
    private(set) var validTruth = 0
    /// Pixels with constant valid truth and constant prediction.
    private(set) var validBoth = 0
    /// Pixels with constant valid truth and a constant prediction that equals it.
    private(set) var right = 0

    /// Counts over the window of `length` frames: where both are constant, the present labels are those of all frames.
    init(length: Int, prediction: RunLengths, truth: RunLengths) {
        let shortest = UInt8(length)
        let (truthRuns, predictionRuns) = (truth.lengths.span, prediction.lengths.span)
        let (truthLabels, predictionLabels) = (truth.labels.span, prediction.labels.span)
        for pixel in 0..<truthRuns.count where truthRuns[pixel] >= shortest {
            let isBoth = predictionRuns[pixel] >= shortest ? 1 : 0
            let isValid = truthLabels[pixel] != TruthLabels.void ? 1 : 0
            let isRight = truthLabels[pixel] == predictionLabels[pixel] ? 1 : 0
            self.truth &+= 1
            both &+= isBoth
            validTruth &+= isValid
            validBoth &+= isBoth & isValid
            right &+= isBoth & isValid & isRight
        }
    }
}
