#include "service/media/identity_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace confab::media {
namespace {

class IdentityFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("confab-identity-" + std::to_string(::getpid()));
};

TEST_F(IdentityFile, IsMadeOnceAndReadByTheOwnerAlone) {
  const std::string path = directory_ / "dtls.pem";
  const auto first = load_or_make_identity(path);
  const auto second = load_or_make_identity(path);
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->fingerprint(), second->fingerprint());
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(IdentityFile, ADamagedFileIsNotOverwritten) {
  const std::string path = directory_ / "dtls.pem";
  std::ofstream(path) << "not a key";
  EXPECT_FALSE(load_or_make_identity(path));
  std::string text;
  std::getline(std::ifstream(path), text);
  EXPECT_EQ(text, "not a key");
}

}  // namespace
}  // namespace confab::media
