import Foundation
import Methods

/// The page docs/options.md, made of what the schemas declare.
let optionsPage = """
    # Options

    Every number of the method and of its embedded teacher, as `ditta run` takes it; `ditta run --help` says the same.
    What is not given is as in the preset (`--preset`, `balanced` by default). A value out of its range is refused before
    any work is done. `report.json` holds the values of a run by their names in the code: `learningRate` for
    `--learning-rate`, `radius` for `--affinity-radius`.

    Steps are those of [method.md](method.md); why `balanced` differs is in [adaptation.md](adaptation.md), and what the
    teacher does in [teacher.md](teacher.md#affinity).

    This page is made from the code, by `make docs-options`.

    ## Adaptation

    \(table(DiTTASchema.self))

    ## The affinity teacher

    They are for `--teacher affinity` only.

    \(table(AffinitySchema.self))

    """

/// A row for each setting of a schema, a column for each of its presets.
private func table<Schema: OptionSchema>(_ schema: Schema.Type) -> String {
    let presets = Array(Schema.Preset.allCases)
    let names = presets.count > 1 ? presets.map { "`\($0.rawValue)`" } : ["default"]
    let head = ["option", "what it is", "unit", "range"] + names + ["source"]
    let rows = Schema.declared.entries.map { entry in
        let setting = entry.setting
        return ["`--\(entry.commandName)`", setting.help, setting.unit, setting.range]
            + presets.map { setting.value($0).text } + [setting.source]
    }
    let lines = ([head, head.map { _ in "---" }] + rows).map { cells in
        "| " + cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    return lines.joined(separator: "\n")
}
