#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/load_settings.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {.name = "collect",
       .summary = "Collects",
       .options = settings_flags(),
       .positional = symbols_positional(),
       .examples = "  acts collect BTCUSDT",
       .run = {}},
      {.name = "exchange",
       .summary = "Serves",
       .options = {{.name = "replay", .placeholder = "FILE", .kind = OptionKind::kFiles},
                   {.name = "tls", .kind = OptionKind::kSwitch}},
       .examples = "  acts exchange",
       .run = {}}};
  return all;
}

Result<CommandLine> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "acts");
  return parse_command_line(commands(), static_cast<int>(arguments.size()), arguments.data());
}

std::string error_of(std::vector<const char*> arguments) {
  const Result<CommandLine> line = parse(std::move(arguments));
  if (line) return "no error";
  EXPECT_EQ(line.error().code, ErrorCode::kUsage);
  EXPECT_EQ(line.error().message.find('\n'), std::string::npos);
  return line.error().message;
}

Values values_of(const CommandLine& line, std::string_view name) {
  Values all;
  for (const GivenOption& g : line.given) {
    if (g.name == name) all.insert(all.end(), g.values.begin(), g.values.end());
  }
  return all;
}

TEST(CommandLine, FindsCommandOptionsAndArguments) {
  const auto line = parse({"--log-level", "debug", "collect", "BTCUSDT", "--bands", "0.5,1", "ETHUSDT", "--record",
                           "--limit=5", "--config", "x.toml"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->command->name, "collect");
  EXPECT_THAT(values_of(*line, "symbols"), ElementsAre("BTCUSDT", "ETHUSDT"));
  EXPECT_THAT(values_of(*line, "bands"), ElementsAre("0.5", "1"));
  EXPECT_THAT(values_of(*line, "record"), ElementsAre("true"));
  EXPECT_THAT(values_of(*line, "limit"), ElementsAre("5"));
  EXPECT_THAT(values_of(*line, "log_level"), ElementsAre("debug"));
  EXPECT_THAT(values_of(*line, "config"), ElementsAre("x.toml"));
}

TEST(CommandLine, TakesTheLastOfSeveralButAllOfAList) {
  const auto line =
      parse({"collect", "--limit", "5", "--limit", "6", "--symbols", "A,B", "--symbols", "C", "--record=false"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_THAT(values_of(*line, "limit"), ElementsAre("6"));
  EXPECT_THAT(values_of(*line, "symbols"), ElementsAre("A", "B", "C"));
  EXPECT_THAT(values_of(*line, "record"), ElementsAre("false"));
  EXPECT_THAT(values_of(*parse({"collect", "--no-record"}), "record"), ElementsAre("false"));
}

TEST(CommandLine, TakesOneArgumentAFlag) {
  const auto line = parse({"collect", "--metrics", "9100", "BTCUSDT", "--bands", "1", "ETHUSDT"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_THAT(values_of(*line, "metrics"), ElementsAre("9100"));
  EXPECT_THAT(values_of(*line, "bands"), ElementsAre("1"));
  EXPECT_THAT(values_of(*line, "symbols"), ElementsAre("BTCUSDT", "ETHUSDT"));
}

TEST(CommandLine, TakesAllFilesUpToTheNextFlag) {
  const auto line = parse({"exchange", "--replay", "a.gz", "b,c.gz", "--tls"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_THAT(values_of(*line, "replay"), ElementsAre("a.gz", "b,c.gz"));
  EXPECT_THAT(values_of(*line, "tls"), ElementsAre("true"));
}

TEST(CommandLine, ShowsHelpWithExamples) {
  const auto all = parse({"--help"});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->command, nullptr);
  EXPECT_THAT(all->text, HasSubstr("collect"));
  EXPECT_THAT(all->text, HasSubstr("Examples:\n"));
  const auto one = parse({"collect", "--help"});
  ASSERT_TRUE(one);
  EXPECT_THAT(one->text, HasSubstr("--refresh-interval"));
  EXPECT_THAT(one->text, HasSubstr("  acts collect BTCUSDT"));
  const auto version = parse({"--version"});
  ASSERT_TRUE(version);
  EXPECT_THAT(version->text, StartsWith("acts "));
}

TEST(CommandLine, NamesTheNearestForWhatIsNotThere) {
  EXPECT_EQ(error_of({"colect", "BTCUSDT"}), "no command 'colect': did you mean collect?; see 'acts --help'");
  EXPECT_EQ(error_of({"fly"}), "no command 'fly': there is collect, exchange; see 'acts --help'");
  EXPECT_EQ(error_of({"collect", "--bnds", "1"}),
            "no flag '--bnds' of collect: did you mean --bands?; see 'acts collect --help'");
  EXPECT_EQ(error_of({"collect", "--lmit=5"}),
            "no flag '--lmit' of collect: did you mean --limit?; see 'acts collect --help'");
  EXPECT_EQ(error_of({"--verion"}), "no flag '--verion': did you mean --version?; see 'acts --help'");
  EXPECT_EQ(error_of({"collect", "--xyzzy"}), "no flag '--xyzzy' of collect; see 'acts collect --help'");
}

TEST(CommandLine, SaysWhatIsMissingOrTooMuch) {
  EXPECT_EQ(error_of({}), "a command is needed, such as 'acts collect BTCUSDT'; see 'acts --help'");
  EXPECT_THAT(error_of({"collect", "--limit"}), HasSubstr("--limit"));
  EXPECT_EQ(error_of({"exchange", "more"}), "'more' is one argument too many; see 'acts exchange --help'");
}

TEST(CommandLine, ChecksTheOptionsOfAllCommands) {
  EXPECT_EQ(
      error_of({"--log-level", "inf", "collect", "BTC"}),
      "--log-level: 'inf' is none of trace, debug, info, warn, error, off; did you mean info?; see 'acts --help'");
}

TEST(Options, HaveDistinctNamesAndHelp) {
  std::vector<std::string_view> names;
  for (const OptionSpec& spec : settings_flags()) {
    EXPECT_FALSE(spec.help.empty()) << spec.name;
    EXPECT_EQ(std::ranges::find(names, spec.name), names.end()) << spec.name;
    names.push_back(spec.name);
  }
  EXPECT_GT(names.size(), 12U);
}

TEST(Options, StandInTheManPage) {
  std::ifstream file(test::project_file("packaging/acts.1"));
  std::stringstream text;
  text << file.rdbuf();
  std::string page = text.str();
  std::erase(page, '\\');
  std::vector<OptionSpec> all = common_options();
  for (const Command& command : {demo_command(), collect_command(), replay_command(), exchange_command(),
                                 doctor_command(), features_command()}) {
    all.insert(all.end(), command.options.begin(), command.options.end());
  }
  for (const OptionSpec& spec : all) EXPECT_THAT(page, HasSubstr(flag_of(spec.name))) << spec.name;
}

TEST(Complaint, IsOneLineWhateverThePeerSaid) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(complain(Error{ErrorCode::kRetry, "it said\n\x1b[31mred"}), kExitNetwork);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "acts: it said  [31mred\n");
}

}  // namespace
}  // namespace acts::cli
