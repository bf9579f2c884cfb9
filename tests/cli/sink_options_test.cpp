// Sections [sinks.NAME] of acts.toml, and where their secrets come from.
#include "cli/sink_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "cli/load_settings.hpp"
#include "recording/temp_dir.hpp"

namespace acts::cli {
namespace {

using ::testing::HasSubstr;

Result<CollectSettings> load(std::string_view toml) {
  SettingsLoader loader;
  if (const Result<void> done = loader.read_config(toml, "acts.toml"); !done) return std::unexpected(done.error());
  return loader.finish([](const std::string& path) -> Result<std::string> {
    return fail(ErrorCode::kUsage, path + ": there is no file");
  });
}

std::string error_of(std::string_view toml) {
  const Result<CollectSettings> settings = load(toml);
  return settings ? "no error" : settings.error().message;
}

TEST(SinkSections, TakeTheSinksOfTheFile) {
  const Result<CollectSettings> settings = load(
      "[sinks.mongodb]\nuri = \"mongodb://localhost:27017/acts\"\n\n[sinks.archive-2]\nkind = \"clickhouse\"\n"
      "uri = \"http://default@127.0.0.1:8123/default\"\ntable = \"rows\"\npassword_file = \"secret\"\nmost_rejected = "
      "250\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_TRUE(settings->notices.empty());
  ASSERT_EQ(settings->sinks.size(), 2U);
  EXPECT_EQ(settings->sinks[0].kind, SinkKind::kMongodb);
  EXPECT_EQ(settings->sinks[0].collection, "{base}_data");
  EXPECT_EQ(settings->sinks[1].name, "archive-2");
  EXPECT_EQ(settings->sinks[1].kind, SinkKind::kClickhouse);
  EXPECT_EQ(settings->sinks[1].table, "rows");
  EXPECT_EQ(settings->sinks[1].password_file, "secret");
  EXPECT_FALSE(settings->sinks[1].books);
  EXPECT_EQ(settings->sinks[0].most_rejected, 100'000);
  EXPECT_EQ(settings->sinks[1].most_rejected, 250);
}

TEST(SinkSections, TakeWhereFullBooksGo) {
  const Result<CollectSettings> settings = load(
      "[sinks.mongodb]\nuri = \"mongodb://x/y\"\nbooks = true\n\n[sinks.clickhouse]\nuri = \"http://x/y\"\n"
      "books = true\nbook_table = \"levels\"\nbook_collection = \"full_{base}\"\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_TRUE(settings->sinks[0].books);
  EXPECT_EQ(settings->sinks[0].book_collection, "{base}_books");
  EXPECT_EQ(settings->sinks[0].book_table, "book_levels");
  EXPECT_EQ(settings->sinks[1].book_table, "levels");
  EXPECT_EQ(settings->sinks[1].book_collection, "full_{base}");
}

// Rows and levels have other keys: in one table they would replace each other.
TEST(SinkSections, RefuseOnePlaceForRowsAndBooks) {
  EXPECT_THAT(error_of("[sinks.postgresql]\nuri = \"postgresql://x/y\"\nbooks = \"yes\"\n"),
              HasSubstr("books: true or false is needed"));
  EXPECT_THAT(error_of("[sinks.postgresql]\nuri = \"postgresql://x/y\"\nbook_table = \"minute_rows\"\n"),
              HasSubstr("book_table: 'minute_rows' is the table of the rows"));
  EXPECT_THAT(error_of("[sinks.influxdb]\nuri = \"http://x/y\"\nbook_table = \"a b\"\n"),
              HasSubstr("book_table: 'a b' is no name"));
  EXPECT_THAT(error_of("[sinks.mongodb]\nuri = \"mongodb://x/y\"\nbook_collection = \"{base}_data\"\n"),
              HasSubstr("book_collection: '{base}_data' is the collection of the rows"));
  EXPECT_THAT(error_of("[sinks.mongodb]\nuri = \"mongodb://x/y\"\nbook_collection = \"books\"\n"),
              HasSubstr("book_collection: 'books' does not say where {base} stands"));
}

TEST(SinkSections, RefuseASinkThatCannotBe) {
  EXPECT_EQ(error_of("\n[sinks.mongodb]\n"),
            "acts.toml:2: [sinks.mongodb]: uri: scheme, host and database are needed, such as "
            "mongodb://localhost:27017/acts");
  EXPECT_EQ(error_of("[sinks.postgresql]\nuri = \"postgresql://acts:hunter2@db/acts\"\n"),
            "acts.toml:2: [sinks.postgresql]: uri: has a password in it: give that in the environment or as "
            "password_file");
  EXPECT_THAT(error_of("[sinks.clickhouse]\nurl = \"http://x/y\"\n"), HasSubstr("did you mean uri?"));
  EXPECT_THAT(error_of("[sinks.\"My DB\"]\nuri = \"http://x/y\"\n"), HasSubstr("a name of small letters"));
  EXPECT_THAT(error_of("[sinks.x]\nkind = \"mysql\"\n"), HasSubstr("'mysql' is none of mongodb"));
  EXPECT_EQ(error_of("[sinks.mongodb]\nbooks = true\nuri = \"mysql://x/y\"\n"),
            "acts.toml:3: [sinks.mongodb]: uri: mysql:// is not of mongodb, which takes mongodb:// or mongodb+srv://, "
            "such as mongodb://localhost:27017/acts");
  EXPECT_THAT(error_of("[sinks.postgresql]\nuri = \"mongodb://x/y\"\n"), HasSubstr("such as postgresql://"));
  // Was tried again for ever.
  EXPECT_EQ(
      error_of("[sinks.clickhouse]\nuri = \"http://default@db:81230/default\"\n"),
      "acts.toml:2: [sinks.clickhouse]: uri: http://default@db:81230/default: Port number was not a decimal number "
      "between 0 and 65535: write one such as http://default@localhost:8123/default");
  EXPECT_THAT(error_of("[sinks.influxdb]\nuri = \"http://my host/acts\"\n"),
              HasSubstr("[sinks.influxdb]: uri: http://my host/acts: "));
  EXPECT_THAT(error_of("[sinks.clickhouse]\nuri = \"http://x/y\"\nmost_rejected = 0\n"), HasSubstr("most_rejected"));
  EXPECT_THAT(error_of("[sinks.postgresql]\nuri = \"postgresql://x\"\n"),
              HasSubstr("acts.toml:2: [sinks.postgresql]: uri: scheme, host and database are needed"));
  EXPECT_THAT(error_of("[sinks.influxdb]\nuri = \"http://x/y\"\ntable = \"a b\"\n"), HasSubstr("'a b' is no name"));
  EXPECT_THAT(error_of("[sinks.mongodb]\nuri = \"mongodb://x/y\"\ncollection = \"all\"\n"),
              HasSubstr("does not say where {base} stands"));
}

TEST(SinkPassword, ComesFromTheEnvironmentOrAFileThatOnlyItsOwnerMayRead) {
  const acts::testing::TempDir dir;
  SinkSettings sink = new_sink("archive-2").value();
  EXPECT_TRUE(read_password(sink));
  EXPECT_EQ(sink.password, "");
  ::setenv("ACTS_SINK_ARCHIVE_2_PASSWORD", "hunter2", 1);
  EXPECT_TRUE(read_password(sink));
  EXPECT_EQ(sink.password, "hunter2");
  sink.password_file = dir.write("secret", "hunter3\n");
  std::filesystem::permissions(sink.password_file, static_cast<std::filesystem::perms>(0640));
  EXPECT_THAT(read_password(sink).error().message, HasSubstr("others may read it too: chmod 600"));
  std::filesystem::permissions(sink.password_file, static_cast<std::filesystem::perms>(0600));
  EXPECT_TRUE(read_password(sink));
  EXPECT_EQ(sink.password, "hunter3");
}

}  // namespace
}  // namespace acts::cli
