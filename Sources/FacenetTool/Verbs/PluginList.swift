import Plugins

/// `facenet plugin list`
let pluginListVerb = Verb(
  name: "plugin list", summary: "List what can be chosen by name: built in, or a plugin's",
  details: [
    "Prints kind, name, version, licence and file of each component. Load plugins by --plugin, or by naming them, and "
      + "folders of them, in `\(PluginArguments.variable)`, separated by colons. A plugin is code that can do all that "
      + "you can: what anybody may write is refused.",
    "--json prints one list of objects with kind, name, plugin, version, licence and file; plugin is null for what is "
      + "built in, and so is file.",
  ],
  options: [.json],
  examples: [
    ("facenet plugin list --plugin ./libdecoder-webp.so", "Lists what is built in, and the plugin's components.")
  ],
  work: { arguments, console in
    let components = ComponentListing.all
    if arguments.has("json") {
      let list = components.map { component in
        JSON.object([
          ("kind", .text(component.kind)), ("name", .text(component.name)),
          ("plugin", component.provider == nil ? .null : .text(component.plugin)),
          ("version", .text(component.version)), ("licence", .text(component.licence)),
          ("file", component.file.isEmpty ? .null : .text(component.file)),
        ])
      }
      try console.result(JSON.list(list).description)
      return .done
    }
    let rows = components.map { component in
      [
        component.kind, component.name, component.version, component.licence,
        component.file.isEmpty ? "built in" : component.file,
      ]
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = zip(row, widths).dropLast().map { padded($0, $1) } + [row[row.count - 1]]
      try console.result(cells.joined(separator: "  "))
    }
    return .done
  })
