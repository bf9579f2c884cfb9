#include "report/html.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <array>
#include <limits>

#include "report/assets.hpp"

namespace acts::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string sum_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  EXPECT_EQ(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr), 1);
  std::array<unsigned char, 64> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
  return reinterpret_cast<const char*>(base64.data());
}

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return "nothing begins so";
  const std::size_t from = at + begin.size();
  return std::string(text.substr(from, text.find(end, from) - from));
}

Chart chart_of(const std::string& name) {
  Panel panel{.title = name, .is_time = true, .x = {1, 2, 3}, .series = {}};
  panel.series.push_back({.name = name, .y = {1.5, kUnknown, 3}});
  panel.shades.push_back({.from = 1, .to = std::numeric_limits<double>::infinity()});
  return {.title = name, .subtitle = name, .parts = {panel, Coverage{.title = name, .rows = {{name, {1}}}}}};
}

// What is not of these sums the browser does not run: so they must be those of what stands in the page.
TEST(Html, AllowsItsOwnScriptAndStyleAndNothingElse) {
  const std::string page = to_html(chart_of("x"));
  EXPECT_EQ(sum_of(kPageScript), kPageScriptSum);
  EXPECT_EQ(sum_of(kPageStyle), kPageStyleSum);
  EXPECT_EQ(between(page, "<script>", "</script>"), kPageScript);
  EXPECT_EQ(between(page, "<style>", "</style>"), kPageStyle);
  EXPECT_EQ(
      between(page, "Security-Policy\" content=\"", "\""),
      fmt::format("default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action "
                  "'none'",
                  kPageScriptSum, kPageStyleSum));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, Not(HasSubstr(" href=")));
  EXPECT_THAT(page, Not(HasSubstr(" style=")));
}

TEST(Html, HoldsTheDataAsJson) {
  const std::string page = to_html(chart_of("x"));
  const auto panels = nlohmann::json::parse(between(page, "id=\"panels\">", "</script>"));
  ASSERT_EQ(panels.size(), 1U);
  EXPECT_EQ(panels[0]["x"], nlohmann::json({1.0, 2.0, 3.0}));
  EXPECT_EQ(panels[0]["series"][0]["y"], nlohmann::json({1.5, nullptr, 3.0}));
  EXPECT_EQ(panels[0]["bands"][0]["to"], nullptr);
  EXPECT_THAT(page, HasSubstr("<div id=\"panel0\"></div>"));
}

TEST(Html, EscapesWhateverNamesThereAre) {
  const std::string evil = "</script><script>alert(1)</script><!--\xff";
  const std::string page = to_html(chart_of(evil));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
  const auto panels = nlohmann::json::parse(between(page, "id=\"panels\">", "</script>"));
  EXPECT_THAT(panels[0]["series"][0]["name"].get<std::string>(), ::testing::StartsWith("</script><script>alert(1)"));
}

}  // namespace
}  // namespace acts::report
