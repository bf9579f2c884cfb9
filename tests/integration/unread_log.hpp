// Standard error as a pipe that is full and that nobody reads, with a log on it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "live/logging.hpp"

namespace acts::testing {

class UnreadLog {
 public:
  UnreadLog() : own_(::dup(STDERR_FILENO)) {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    out_ = ends[0];
    const std::string bytes(4096, 'x');
    while (::write(ends[1], bytes.data(), bytes.size()) > 0) {
    }
    // A pipe that makes its writer wait, as any program's is.
    EXPECT_EQ(::fcntl(ends[1], F_SETFL, 0), 0);
    EXPECT_GE(::dup2(ends[1], STDERR_FILENO), 0);
    ::close(ends[1]);
    EXPECT_TRUE(start_logging({}, "."));
  }
  ~UnreadLog() {
    if (own_ >= 0) read();
    ::close(out_);
  }
  UnreadLog(const UnreadLog&) = delete;
  UnreadLog& operator=(const UnreadLog&) = delete;

  // All that came, once everything is written. What comes from now on goes where it did before.
  std::string read() {
    std::string text;
    for (bool written = false; !written;) {
      written = flush_log(std::chrono::milliseconds{10});
      std::array<char, 65536> bytes{};
      for (ssize_t n = 0; (n = ::read(out_, bytes.data(), bytes.size())) > 0;)
        text.append(bytes.data(), static_cast<std::size_t>(n));
    }
    EXPECT_GE(::dup2(own_, STDERR_FILENO), 0);
    ::close(own_);
    own_ = -1;
    return text.substr(std::min(text.find_first_not_of('x'), text.size()));
  }

 private:
  int own_;
  int out_ = -1;
};

}  // namespace acts::testing
