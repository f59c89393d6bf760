import CFFmpeg

/// Tells when each frame is shown, in seconds since the first.
///
/// A frame without a time follows the one before by that one's duration. Time always moves forward: a frame that claims to be
/// hardly earlier than the one before follows it by a millisecond. Where time stamps start anew, run backwards or jump (joined
/// recordings, counters that overflow), the frame follows the one before by that one's duration, too, and time goes on from there.
package struct FrameClock {
    /// Seconds from the first frame to the present one.
    package private(set) var time = 0.0

    private let secondsPerTick: Double
    private let frameDuration: Double
    private let longestStep: Double
    /// What is taken off time stamps, in seconds.
    private var offset: Double?
    private var duration = 0.0

    /// Makes a clock that has not seen a frame.
    ///
    /// - Parameters:
    ///   - secondsPerTick: The time base; what is not positive means that time stamps say nothing.
    ///   - frameRate: Frames per second.
    ///   - longestStep: The longest time from frame to frame that is believed, in seconds.
    package init(secondsPerTick: Double, frameRate: Double, longestStep: Double = 3600) {
        self.secondsPerTick = secondsPerTick.isFinite && secondsPerTick > 0 ? secondsPerTick : 0
        frameDuration = 1 / frameRate
        self.longestStep = longestStep
    }

    /// Moves on to the next frame in order of display, `missing` frames after the last.
    mutating func advance(to frame: UnsafePointer<AVFrame>, missing: Int) {
        let timestamp = unsafe frame.pointee.best_effort_timestamp
        let ticks = unsafe ditta_frame_duration(frame)
        advance(to: timestamp == ditta_no_timestamp ? nil : timestamp, duration: ticks, missing: missing)
    }

    /// Moves on to a frame with this timestamp, if known, and duration, if positive, in ticks of the time base.
    package mutating func advance(to timestamp: Int64?, duration ticks: Int64, missing: Int = 0) {
        defer { duration = ticks > 0 && secondsPerTick > 0 ? Double(ticks) * secondsPerTick : frameDuration }
        let stated = secondsPerTick > 0 ? timestamp.map { Double($0) * secondsPerTick } : nil
        guard let offset else {
            time = frameDuration * Double(missing)
            offset = stated.map { $0 - time } ?? 0
            return
        }
        let pace = duration * Double(1 + missing)
        guard let stated else {
            time += pace
            return
        }
        let step = stated - offset - time
        guard step > -duration / 2, step <= max(longestStep, 2 * pace) else {
            time += pace
            self.offset = stated - time
            return
        }
        time += step > 0 ? step : 0.001
    }
}
