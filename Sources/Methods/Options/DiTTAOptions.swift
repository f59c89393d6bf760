package import Networks

/// Every number of the adaptation.
package typealias DiTTAOptions = Options<DiTTASchema>

extension DiTTAOptions {
    /// The default: consistency without losing rare classes (docs/adaptation.md says why each part is there).
    package static var balanced: Self { Self(.balanced) }

    /// The released code.
    package static var reference: Self { Self(.reference) }

    /// The paper's equations.
    package static var paper: Self { Self(.paper) }

    /// The numbers that the frozen model labels with, as they are typed: what was adapted belongs to them.
    package var labelling: [String: String] {
        [
            "--window-radius": self.windowRadius.text, "--fusion": self.fusion.text,
            "--fusion-threshold": self.fusionThreshold.text, "--memory-sharpness": self.memorySharpness.text,
            "--memory-doubt": self.memoryDoubt.text, "--memory-tolerance": self.memoryTolerance.text,
            "--memory-trust": self.memoryTrust.text, "--memory-frames": self.memoryFrames.text,
            "--picture": self.picture.text,
        ]
    }

    /// Checks that something is taught if no teacher gives masks, and that nothing needs them.
    ///
    /// - Throws: if the contrastive loss or the add-on does, or if there is no pull to the source.
    package func checkWithoutMasks() throws(OptionError) {
        func expect(_ isGood: Bool, _ name: String, _ found: String, _ expected: String) throws(OptionError) {
            guard !isGood else { return }
            throw OptionError(name: name, found: found, expected: "\(expected) where no teacher gives masks")
        }
        try expect(self.contrastWeight == 0, "contrast-weight", self.contrastWeight.text, "0")
        try expect(self.fusion == .memory, "fusion", self.fusion.text, "memory")
        try expect(self.sourceWeight > 0, "source-weight", self.sourceWeight.text, "more than 0")
    }
}

/// The settings of the adaptation; steps are those of docs/method.md.
package struct DiTTASchema: OptionSchema {
    /// The ways to adapt.
    package enum Preset: String, Sendable, Codable, CaseIterable {
        case balanced, reference, paper
    }

    /// How the cross entropy reads the head's output.
    package enum CrossEntropy: String, SettingValue, CaseIterable {
        /// Cross entropy of the logits, averaged over the pixels that have a target: the paper's equation.
        case logits
        /// Cross entropy of the softmax's output taken for logits, averaged over all pixels: the released code.
        case probabilities
    }

    /// What pixels are taught that no mask covers.
    package enum Uncovered: String, SettingValue, CaseIterable {
        /// Nothing: the paper.
        case nothing
        /// The source model's label: the released code.
        case label
    }

    /// Where objects are prompted.
    package enum Prompts: String, SettingValue, CaseIterable {
        /// At the most reliable pixel of each class: the paper.
        case peaks
        /// At 16×16 points on a regular grid, whatever their class: masks of all there is.
        case grid
    }

    /// What the frozen model takes from the frames before.
    package enum Fusion: String, SettingValue, CaseIterable {
        /// The learned add-on's prediction, where its own is unreliable: the paper.
        case addOn = "add-on"
        /// The memory of all frames so far, followed by matching frozen features.
        case memory
    }

    /// In which order steps take the warm-up's frames.
    package enum Order: String, SettingValue, CaseIterable {
        /// As they come in the video, pass after pass: the paper.
        case video
        /// Far apart, so that steps in a row do not follow the video's drift.
        case spread
    }

    /// How far the memory trusts matches.
    package enum Trust: String, SettingValue, CaseIterable {
        /// As doubt and tolerance say.
        case fixed
        /// Half as far, as far, or one and a half times as far, as the warm-up says.
        case auto
    }

    /// How pictures are changed before the network sees them.
    package enum Picture: String, SettingValue, CaseIterable {
        /// As the warm-up says.
        case auto
        /// Not at all.
        case asIs = "as-is"
        /// Contrast-limited adaptive histogram equalisation.
        case equalize
        /// The mean of 3×3 pixels.
        case smooth
        /// The same twice.
        case smoother
        /// The same four times.
        case smoothest

        /// The transform it names; nil if the warm-up shall say.
        package var transform: PictureTransform? {
            switch self {
            case .auto: nil
            case .asIs: .asIs
            case .equalize: .equalize
            case .smooth: .smooth
            case .smoother: .smoother
            case .smoothest: .smoothest
            }
        }
    }

    /// What becomes of the frames behind a cut.
    package enum OnCut: String, SettingValue, CaseIterable {
        /// Nothing: cuts are not looked for.
        case ignore
        /// What is remembered of the frames before is forgotten; the adapted head stays.
        case keep
        /// It is forgotten, and the published head labels from there on.
        case plain
        /// It is forgotten, and the published head is adapted anew to the first frames behind the cut.
        case rewarm
    }

    /// What becomes of frames that are not like those of the warm-up any more.
    package enum OnDrift: String, SettingValue, CaseIterable {
        /// Nothing: it is not looked for.
        case ignore
        /// It is said.
        case warn
        /// It is said, and the published head is adapted anew to the next frames.
        case rewarm
    }

    /// How the contrastive loss keeps the objects' prototypes.
    package enum Prototypes: String, SettingValue, CaseIterable {
        /// The mean of all frames' prototypes so far, each frame's weighted by reliability within it: the paper's
        /// equation.
        case mean
        /// The new one averaged with the stored one, weighted by the entropy of the softmax taken twice: the released code.
        case halved
    }

    package let passes = Setting(
        5, in: 0...10_000, "Passes over the warm-up frames, one step a frame.", source: "step 17")
    package let order = Setting(
        Order.video, [.balanced: .spread],
        "The order in which steps take the warm-up's frames: the video's, or spread over all of it.",
        source: "step 17; adaptation.md")
    package let learningRate = Setting<Float>(
        1e-3, [.balanced: 3e-4], in: 0...10, "Learning rate of AdamW.", source: "step 17; adaptation.md")
    package let weightDecay = Setting<Float>(0.01, in: 0...10, "Weight decay of AdamW.", source: "step 17")
    package let momentum = Setting<Float>(
        0.99, in: 0...1, "How much the momentum model keeps at each step.", source: "step 17")
    package let dropout = Setting<Float>(
        0.1, [.balanced: 0], in: 0...0.95, "The share of channels dropped before the classifier in training.",
        source: "steps 5 and 18; adaptation.md")
    package let windowRadius = Setting(
        5, in: 0...15, unit: "cells of the 1/4 grid", "How far the add-on and the memory look to each side.",
        source: "step 6")
    package let prompts = Setting(
        Prompts.peaks, [:],
        "Where objects are prompted: at each class's most reliable pixel, or at 16×16 points of a grid.",
        source: "step 11")
    package let promptThreshold = Setting<Float>(
        0.8, in: 0...1, "The reliability a class must reach to be prompted at its peak.", source: "step 11")
    package let promptDilation = Setting(
        5, in: 0...1000, unit: "pixels", "By how much a track keeps prompts away.", source: "step 11")
    package let maximumObjects = Setting(
        100, in: 0...10_000, unit: "objects", "The most objects a video may have.", source: "step 11")
    package let shareExponent = Setting<Float>(
        0.3, in: 0...100, "The vote's exponent of a class's share in the object.", source: "step 13")
    package let rarityExponent = Setting<Float>(
        0.8, in: 0...100, "The vote's exponent of a class's absence from the video.", source: "step 13")
    package let crossEntropy = Setting(
        CrossEntropy.logits, [.reference: .probabilities], "What the cross entropy is taken of.", source: "step 15")
    package let uncovered = Setting(
        Uncovered.nothing, [.reference: .label],
        "What pixels are taught that no mask covers: nothing, or the source model's label.", source: "step 14")
    package let contrastWeight = Setting<Float>(
        1, [.balanced: 0], in: 0...1000, "The weight of the contrastive loss.", source: "step 16; adaptation.md")
    package let prototypes = Setting(
        Prototypes.mean, [.reference: .halved],
        "How the contrastive loss keeps objects' prototypes: their mean so far, or new and old averaged.",
        source: "step 16")
    package let sourceWeight = Setting<Float>(
        0, [.balanced: 4], in: 0...1000, "The weight of the pull to the source model's probabilities.",
        source: "step 15; adaptation.md")
    package let sourcePrior = Setting<Float>(
        0, [.balanced: 0.3], in: 0...1,
        "How much of the source's preference for frequent classes the pull takes out.",
        source: "step 15; adaptation.md")
    package let views = Setting(
        1, [.balanced: 2], in: 1...2,
        "How many views of a frame say what the pull holds the head to: it, and it mirrored at three quarters.",
        source: "adaptation.md")
    package let regionShare = Setting<Float>(
        0, [.balanced: 0.7], in: 0...1,
        "The share that the vote of regions has in what the pull holds the head to.", source: "adaptation.md")
    package let normalization = Setting(
        NormStatistics.batch, [.balanced: .source],
        "Whose statistics the head's batch norm uses in training: the batch's or the source's.",
        source: "step 18; adaptation.md")
    package let fusion = Setting(
        Fusion.addOn, [.balanced: .memory],
        "What the frozen model takes from the frames before: the learned add-on's view, or a memory.",
        source: "steps 6 and 19; adaptation.md")
    package let fusionThreshold = Setting<Float>(
        0.8, in: 0...1, "The reliability below which the frozen model listens to the add-on.", source: "step 19")
    package let memorySharpness = Setting<Float>(
        30, in: 0.1...1000, "How sharply the memory prefers the best match.", source: "step 19; adaptation.md")
    package let memoryDoubt = Setting<Float>(
        6, [.balanced: 8], in: 0...1000, "How fast trust in the memory falls with the match's distance.",
        source: "step 19; adaptation.md")
    package let memoryTolerance = Setting<Float>(
        0.1, in: 0...1000,
        "The distance ½|a − b|² of descriptors up to which a match is not doubted.",
        source: "step 19; adaptation.md")
    package let memoryTrust = Setting(
        Trust.fixed, [.balanced: .auto],
        "How far matches are trusted: as doubt and tolerance say, or ½, 1 or 1½ times as far, as the warm-up says.",
        source: "adaptation.md")
    package let memoryFrames = Setting<Float>(
        12, in: 0...10_000, unit: "frames", "How many frames' worth of evidence the memory holds; 0 is no memory.",
        source: "step 19; adaptation.md")
    package let picture = Setting(
        Picture.asIs, [.balanced: .auto],
        "How pictures are changed before the network sees them; auto tries all on the warm-up.",
        source: "adaptation.md")
    package let onCut = Setting(
        OnCut.ignore, [.balanced: .rewarm],
        "Behind a hard cut: nothing, the memory is forgotten, the published head labels, or it is adapted anew.",
        source: "adaptation.md")
    package let onDrift = Setting(
        OnDrift.ignore, [.balanced: .warn],
        "Where frames are not like the warm-up's any more: nothing, it is said, or the head is adapted anew, too.",
        source: "adaptation.md")
    package let heldOut = Setting<Float>(
        0, [.balanced: 0.125], in: 0...0.5,
        "The share of the warm-up's frames that the head is not adapted on, but judged by; eight at most.",
        source: "adaptation.md")
    package let seed = Setting(5123, "The seed of new layers and dropout.", source: "steps 2 and 8")

    package static let defaultPreset = Preset.balanced
    package static let declared = DeclaredSettings(DiTTASchema())
}

extension NormStatistics: SettingValue {}
