#include "history/import/zip_member.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

using acts::testing::TempDir;
using ::testing::HasSubstr;
using Members = std::vector<std::pair<std::string, std::string>>;

std::string make_zip(const TempDir& dir, const Members& members, const std::string& name = "X-1m-2020-01-01.zip") {
  const std::string path = dir / name;
  archive* const zip = archive_write_new();
  archive_write_set_format_zip(zip);
  archive_write_open_filename(zip, path.c_str());
  for (const auto& [member, text] : members) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(zip, entry);
    archive_write_data(zip, text.data(), text.size());
    archive_entry_free(entry);
  }
  archive_write_free(zip);
  return path;
}

// What it holds, or why not.
std::string read_all(const std::string& path, const UnpackLimits& limits = {}, ZipName name = ZipName::kOwn) {
  const auto member = open_zip_member(path, limits, name);
  if (!member) return member.error().message;
  std::string text;
  std::vector<char> buffer(1000);
  for (;;) {
    const Result<std::size_t> count = (*member)->read(buffer);
    if (!count) return count.error().message;
    if (*count == 0) return text;
    text.append(buffer.data(), *count);
  }
}

constexpr const char* kName = "X-1m-2020-01-01.csv";

TEST(ZipMember, GivesTheOneFile) {
  const TempDir dir;
  const std::string text(5000, 'a');
  const std::string path = make_zip(dir, {{kName, text}});
  EXPECT_TRUE(is_zip(path));
  EXPECT_EQ(read_all(path), text);
}

TEST(ZipMember, RefusesOtherNamesAndFiles) {
  const TempDir dir;
  for (const char* name : {"../X-1m-2020-01-01.csv", "/etc/passwd", "a/X-1m-2020-01-01.csv", "Y.csv"}) {
    EXPECT_THAT(read_all(make_zip(dir, {{name, "1"}})), HasSubstr("does not hold the file X-1m-2020-01-01.csv"))
        << name;
  }
  EXPECT_THAT(read_all(make_zip(dir, {{kName, "1"}, {"Y.csv", "2"}})), HasSubstr("holds a second file"));
}

TEST(ZipMember, TakesAnyNameWithoutAFolderWhereItMay) {
  const TempDir dir;
  EXPECT_EQ(read_all(make_zip(dir, {{"btcusdt.csv", "1"}}), {}, ZipName::kFlat), "1");
  for (const char* name : {"../x.csv", "/etc/passwd", "a/x.csv", "a\\x.csv"}) {
    EXPECT_THAT(read_all(make_zip(dir, {{name, "1"}}), {}, ZipName::kFlat), HasSubstr("does not hold a plain file"))
        << name;
  }
  EXPECT_THAT(read_all(make_zip(dir, {{"x", "1"}, {"y", "2"}}), {}, ZipName::kFlat), HasSubstr("holds a second file"));
}

TEST(ZipMember, EndsABomb) {
  const TempDir dir;
  const std::string path = make_zip(dir, {{kName, std::string(8'000'000, '0')}});
  EXPECT_THAT(read_all(path, {.free_bytes = 0}), HasSubstr("unpacks to more than"));
  EXPECT_THAT(read_all(path, {.most_bytes = 7'000'000, .most_ratio = 100'000}),
              HasSubstr("unpacks to more than 7000000 bytes"));
}

// libarchive ends some of its messages with a line break, which came into the middle of ours.
TEST(ZipMember, SaysAWrongSizeInOneLine) {
  const TempDir dir;
  std::string zip = acts::testing::read_file(make_zip(dir, {{kName, std::string(1000, '7')}}));
  const std::size_t directory = zip.find("PK\x01\x02");
  ASSERT_NE(directory, std::string::npos);
  for (const std::size_t size_at : {std::size_t{22}, directory + 24}) ++zip[size_at];
  const std::string got = read_all(dir.write("X-1m-2020-01-01.zip", zip));
  EXPECT_THAT(got, HasSubstr("wrong size"));
  EXPECT_THAT(got, Not(HasSubstr("\n")));
}

TEST(ZipMember, SaysWhatIsDamaged) {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007);
  const std::string whole = acts::testing::read_file(make_zip(dir, {{kName, text}}));
  int refused = 0;
  for (std::size_t at = 100; at < whole.size() - 200; at += whole.size() / 20) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    const std::string got = read_all(dir.write("X-1m-2020-01-01.zip", flipped));
    EXPECT_NE(got, text) << at;
    refused += static_cast<int>(got.size() < 200);
  }
  EXPECT_GT(refused, 15);
  // "ZIP decompression failed (-5)" was all.
  EXPECT_THAT(read_all(dir.write("X-1m-2020-01-01.zip", whole.substr(0, whole.size() / 2))),
              HasSubstr(": it is damaged or cut off: get it again"));
  EXPECT_THAT(read_all(dir.write("X-1m-2020-01-01.zip", "PK and nothing else")), HasSubstr("X-1m-2020-01-01.zip: "));
}

}  // namespace
}  // namespace acts::history
