#include "net/self_signed.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "net/net_test.hpp"

namespace acts {
namespace {

std::string content(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

TEST(SelfSigned, WritesThreePemFilesAndHidesTheKey) {
  const testing::TempDir directory;
  const UnixNanos now = RealClock().now();
  const SelfSignedFiles files = make_self_signed(directory.string(), now).value();
  EXPECT_TRUE(content(files.ca_file).starts_with("-----BEGIN CERTIFICATE-----"));
  EXPECT_TRUE(content(files.certificate_file).starts_with("-----BEGIN CERTIFICATE-----"));
  EXPECT_TRUE(content(files.key_file).starts_with("-----BEGIN PRIVATE KEY-----"));
  struct stat status{};
  ASSERT_EQ(::stat(files.key_file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const std::string before = content(files.key_file);
  ASSERT_TRUE(make_self_signed(directory.string(), now));
  EXPECT_NE(content(files.key_file), before);
}

TEST(SelfSigned, SaysWhatIsWrong) {
  const UnixNanos now = RealClock().now();
  EXPECT_EQ(make_self_signed("/nowhere/at/all", now).error().code, ErrorCode::kStorage);
  const testing::TempDir directory;
  SelfSignedRequest request;
  request.ip_addresses = {"300.1.1.1"};
  const Result<SelfSignedFiles> files = make_self_signed(directory.string(), now, request);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace acts
