#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <deque>
#include <map>

#include "acts/base/nearest_name.hpp"

#include "cli/version.hpp"

namespace acts::cli {
namespace {

// CLI11 sees texts only: what they mean is checked where acts.toml's values are.
class Binding {
 public:
  void add(CLI::App& app, const OptionSpec& spec) {
    const std::string flag = flag_of(spec.name);
    const std::string help(spec.help);
    if (spec.kind == OptionKind::kSwitch) {
      // "--tls", "--tls=false"; of what is on without being asked for, also "--no-record".
      const std::string negated = negated_flag_of(spec);
      const std::string names = negated.empty() ? flag : fmt::format("{},!{}", flag, negated);
      bound_.push_back({&spec, app.add_flag(names, help), {}});
      return;
    }
    Bound& bound = bound_.emplace_back(Bound{&spec, nullptr, {}});
    bound.option = app.add_option(flag, bound.texts, help);
    describe(*bound.option, spec);
    // A list may be given several times; of anything else the last one counts.
    bound.option->expected(1, spec.kind == OptionKind::kFiles ? CLI::detail::expected_max_vector_size : 1);
    bound.option->multi_option_policy(is_list(spec.kind) ? CLI::MultiOptionPolicy::TakeAll
                                                         : CLI::MultiOptionPolicy::TakeLast);
    bound.option->allow_extra_args(spec.kind == OptionKind::kFiles);
  }

  void add_positional(CLI::App& app, const OptionSpec& spec) {
    Bound& bound = bound_.emplace_back(Bound{&spec, nullptr, {}});
    bound.option = app.add_option(std::string(spec.placeholder), bound.texts, std::string(spec.help));
    bound.option->expected(is_list(spec.kind) ? -1 : 1)->required(spec.is_required)->type_name("");
  }

  [[nodiscard]] Given given() const {
    Given given;
    for (const Bound& bound : bound_) {
      if (bound.option->count() == 0) continue;
      const bool is_switch = bound.spec->kind == OptionKind::kSwitch;
      given.push_back({std::string(bound.spec->name), is_switch ? bound.option->results() : split(bound),
                       bound.option->get_positional()});
      if (is_switch) given.back().values.resize(1);
    }
    return given;
  }

 private:
  struct Bound {
    const OptionSpec* spec;
    CLI::Option* option;
    Values texts;
  };

  static void describe(CLI::Option& option, const OptionSpec& spec) {
    std::string type(spec.placeholder);
    if (type.empty()) type = fmt::format("{}", fmt::join(spec.choices, "|"));
    option.type_name(type)->required(spec.is_required);
    if (!spec.default_text.empty()) option.default_str(std::string(spec.default_text));
  }

  static Values split(const Bound& bound) {
    const bool by_comma = bound.spec->kind == OptionKind::kTexts || bound.spec->kind == OptionKind::kNumbers;
    if (!by_comma) return bound.texts;
    Values parts;
    for (const std::string& text : bound.texts) {
      for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    return parts;
  }

  std::deque<Bound> bound_;  // CLI11 holds addresses of the texts
};

std::unexpected<Error> usage(const Command* command, const std::string& message) {
  const std::string help = command == nullptr ? "acts --help" : fmt::format("acts {} --help", command->name);
  return fail(ErrorCode::kUsage, fmt::format("{}; see '{}'", message, help));
}

std::unexpected<Error> unknown_argument(std::span<const Command> commands, const Command* command,
                                        const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  if (!name.starts_with('-')) {
    if (command != nullptr) return usage(command, fmt::format("'{}' is one argument too many", typed));
    std::vector<std::string_view> names;
    for (const Command& c : commands) names.push_back(c.name);
    return usage(nullptr, fmt::format("no command '{}': {}", typed, name_advice(typed, names)));
  }
  std::vector<std::string> flags{"--help"};
  for (const OptionSpec& spec : common_options()) flags.push_back(flag_of(spec.name));
  if (command == nullptr) flags.emplace_back("--version");
  if (command != nullptr) {
    for (const OptionSpec& spec : command->options) {
      flags.push_back(flag_of(spec.name));
      if (std::string negated = negated_flag_of(spec); !negated.empty()) flags.push_back(std::move(negated));
    }
  }
  const std::string_view nearest = nearest_name(name, std::vector<std::string_view>(flags.begin(), flags.end()));
  const std::string of = command == nullptr ? "" : fmt::format(" of {}", command->name);
  const std::string advice = nearest.empty() ? "" : fmt::format(": did you mean {}?", nearest);
  return usage(command, fmt::format("no flag '{}'{}{}", name, of, advice));
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

// Those of the command are checked as it sets them.
Result<void> check_common(std::span<const OptionSpec> common, const Given& given) {
  for (const GivenOption& g : given) {
    const auto spec = std::ranges::find(common, g.name, &OptionSpec::name);
    if (spec == common.end()) continue;
    if (const Result<void> checked = check_values(*spec, g.values); !checked) {
      return usage(nullptr, fmt::format("{}: {}", flag_of(g.name), checked.error().message));
    }
  }
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<const Command> commands, int argc, const char* const* argv) {
  CLI::App app("acts: collects order books of crypto exchanges, keeps them true, and turns them into minute rows",
               "acts");
  app.set_version_flag("--version", fmt::format("acts {}", version()));
  app.require_subcommand(0, 1);  // who gives none gets our words for it
  app.footer(
      "Examples:\n"
      "  acts demo\n"
      "  acts collect BTCUSDT ETHUSDT binance-usdm:BTCUSDT\n\n"
      "acts COMMAND --help shows the options of a command.");
  Binding binding;
  const std::vector<OptionSpec> common = common_options();
  for (const OptionSpec& spec : common) binding.add(app, spec);
  std::map<const CLI::App*, const Command*> by_app;
  for (const Command& command : commands) {
    CLI::App* const sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    const std::string more = command.more_help.empty() ? "" : command.more_help + '\n';
    sub->fallthrough()->footer(fmt::format("{}Examples:\n{}", more, command.examples));
    if (!command.positional.name.empty()) binding.add_positional(*sub, command.positional);
    for (const OptionSpec& spec : command.options) binding.add(*sub, spec);
    by_app[sub] = &command;
  }
  const auto chosen = [&]() -> const Command* {
    const auto subcommands = app.get_subcommands();
    return subcommands.empty() ? nullptr : by_app[subcommands.front()];
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    return CommandLine{nullptr, {}, std::string(version.what()) + "\n"};
  } catch (const CLI::Success&) {
    return CommandLine{nullptr, {}, app.help()};
  } catch (const CLI::ExtrasError&) {
    const std::vector<std::string> extras = app.remaining(true);
    return unknown_argument(commands, chosen(), extras.empty() ? "" : extras.front());
  } catch (const CLI::ParseError& error) {
    return usage(chosen(), one_line(error.what()));
  }
  if (chosen() == nullptr) return usage(nullptr, "a command is needed, such as 'acts collect BTCUSDT'");
  Given given = binding.given();
  if (const Result<void> checked = check_common(common, given); !checked) return std::unexpected(checked.error());
  return CommandLine{chosen(), std::move(given), {}};
}

}  // namespace acts::cli
