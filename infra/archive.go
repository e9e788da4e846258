package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsathena"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsglue"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// archiving asks for an archive of the feed that Athena can search, as `cdk -c archive=on`. It is an option because it keeps
// all events a second time, for good.
const archiving = "on"

const (
	// resultsKept is how long the results of queries are.
	resultsKept = 7 * day
	// mostScanned is what one query reads at most: five cents.
	mostScanned = 10 << 30
	// archiveBegins is the first day that queries look for.
	archiveBegins = "2026-01-01"
)

func checkArchive(archive string) error {
	if archive != "" && archive != archiving {
		return fmt.Errorf("archive is %q: it is %s, or nothing for none", archive, archiving)
	}
	return nil
}

// withoutArchive leaves out the functions that keep an archive, and what others need to read it.
func withoutArchive(functions []topology.Function) []topology.Function {
	var all []topology.Function
	for _, f := range functions {
		if slices.Contains(f.Grants, topology.KeepArchive) {
			continue
		}
		f.Grants = slices.DeleteFunc(slices.Clone(f.Grants), func(g topology.Grant) bool { return g == topology.ReadClosed })
		all = append(all, f)
	}
	return all
}

// archive is the bucket of the archive as functions are told of it.
type archive struct{ name, arn string }

// allowance lets a function write segments and their manifests, and read what is there of them. It can delete nothing; that
// it overwrites nothing is its own condition.
func (a archive) allowance() allowance {
	return allowance{
		statements: []statement{{
			actions: []string{"s3:PutObject", "s3:GetObject"}, resources: []string{a.arn + "/commits/*", a.arn + "/manifests/*"},
			wild: "SegmentsAreNamedByPositions",
		}},
		environment: map[string]string{setting.ArchiveBucket: a.name},
	}
}

// reading lets a function read the copies of closed eras and their manifests, whose names follow from the streams'.
func (a archive) reading() allowance {
	return allowance{
		statements: []statement{{
			actions: []string{"s3:GetObject"}, resources: []string{a.arn + "/closed/*", a.arn + "/closed-manifests/*"}, wild: "ErasAreNamedByStreams",
		}},
		environment: map[string]string{setting.ArchiveBucket: a.name},
	}
}

// newArchive creates the bucket, and what Athena needs to search it: a table whose partitions follow from the names of the
// files, so that nothing has to look for them, and a workgroup that says what a query may cost.
func (b *builder) newArchive() archive {
	scope := constructs.NewConstruct(b.stack, jsii.String("archive"))
	files := b.secureBucket(scope, "files", 0)
	results := b.secureBucket(scope, "results", resultsKept)
	b.encryptBucket(files)
	b.encryptBucket(results)
	name := strings.ReplaceAll(b.stage.name("archive"), "-", "_") // Athena wants names in quotes that have dashes
	database := awsglue.NewCfnDatabase(scope, jsii.String("database"), &awsglue.CfnDatabaseProps{
		CatalogId: awscdk.Aws_ACCOUNT_ID(), DatabaseInput: &awsglue.CfnDatabase_DatabaseInputProperty{Name: jsii.String(name)},
	})
	table := func(name string, columns []column) {
		awsglue.NewCfnTable(scope, jsii.String(name), &awsglue.CfnTableProps{
			CatalogId: awscdk.Aws_ACCOUNT_ID(), DatabaseName: database.Ref(),
			TableInput: b.commitsTable(name, "s3://"+*files.made.Ref()+"/"+name+"/", columns),
		})
	}
	table("commits", columns)
	table("closed", closedColumns)
	workgroup := awsathena.NewCfnWorkGroup(scope, jsii.String("workgroup"), &awsathena.CfnWorkGroupProps{
		Name: jsii.String(b.stage.name("archive")), RecursiveDeleteOption: jsii.Bool(!b.stage.keeps()),
		WorkGroupConfiguration: &awsathena.CfnWorkGroup_WorkGroupConfigurationProperty{
			EnforceWorkGroupConfiguration: jsii.Bool(true), PublishCloudWatchMetricsEnabled: jsii.Bool(true),
			BytesScannedCutoffPerQuery: jsii.Number(mostScanned),
			ResultConfiguration: &awsathena.CfnWorkGroup_ResultConfigurationProperty{
				OutputLocation: jsii.String("s3://" + *results.made.Ref() + "/"), EncryptionConfiguration: b.encryptedResults(),
			},
		},
	})
	for _, output := range [][2]string{
		{"ArchiveBucket", *files.made.Ref()}, {"ArchiveResults", *results.made.Ref()}, {"ArchiveDatabase", name}, {"ArchiveWorkgroup", *workgroup.Ref()},
	} {
		awscdk.NewCfnOutput(b.stack, jsii.String(output[0]), &awscdk.CfnOutputProps{Value: jsii.String(output[1])})
	}
	return archive{name: *files.made.Ref(), arn: *files.made.AttrArn()}
}

// encryptBucket has a bucket of the app's data encrypted by the stage's own key, where there is one.
func (b *builder) encryptBucket(of *bucket) {
	if b.at.dataKey == "" {
		return
	}
	of.made.SetBucketEncryption(&awss3.CfnBucket_BucketEncryptionProperty{
		ServerSideEncryptionConfiguration: []any{&awss3.CfnBucket_ServerSideEncryptionRuleProperty{
			ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{
				SseAlgorithm: jsii.String("aws:kms"), KmsMasterKeyId: jsii.String(b.at.dataKey),
			},
			BucketKeyEnabled: jsii.Bool(true),
		}},
	})
}

func (b *builder) encryptedResults() *awsathena.CfnWorkGroup_EncryptionConfigurationProperty {
	if b.at.dataKey == "" {
		return &awsathena.CfnWorkGroup_EncryptionConfigurationProperty{EncryptionOption: jsii.String("SSE_S3")}
	}
	return &awsathena.CfnWorkGroup_EncryptionConfigurationProperty{EncryptionOption: jsii.String("SSE_KMS"), KmsKey: jsii.String(b.at.dataKey)}
}

// column is a column of the table of commits, by the name that it has in a line of the archive.
type column struct{ name, kind string }

// columns are those of [es.Positioned]. Times are text, of which Athena makes timestamps; so is the data of an event, which
// is JSON of whatever shape.
var columns = []column{
	{"position", "bigint"},
	{"stream", "string"},
	{"version", "bigint"},
	{"era", "bigint"},
	{"events", "array<struct<type:string,schema:int,data:string>>"},
	{"commandId", "string"},
	{"traceId", "string"},
	{"causationId", "string"},
	{"invoker", "string"},
	{"time", "string"},
	{"trace", "string"},
}

// closedColumns are those of the table of closed eras, whose commits are in the order of their streams.
var closedColumns = slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return c.name == "position" })

// commitsTable describes a table of commits that are in the files of a folder.
func (b *builder) commitsTable(name, location string, columns []column) *awsglue.CfnTable_TableInputProperty {
	var described []any
	// Athena knows no capitals. Names that have some are given as they are in the file; otherwise all names there, those in the
	// events' data too, would be taken for small.
	names := map[string]string{"case.insensitive": "FALSE"}
	for _, c := range columns {
		small := strings.ToLower(c.name)
		described = append(described, &awsglue.CfnTable_ColumnProperty{Name: jsii.String(small), Type: jsii.String(c.kind)})
		if small != c.name {
			names["mapping."+small] = c.name
		}
	}
	return &awsglue.CfnTable_TableInputProperty{
		Name: jsii.String(name), TableType: jsii.String("EXTERNAL_TABLE"),
		Parameters: map[string]string{
			"classification": "json", "compressionType": "gzip", "EXTERNAL": "TRUE",
			"projection.enabled":       "true",
			"projection.category.type": "enum", "projection.category.values": strings.Join(b.categories(), ","),
			"projection.day.type": "date", "projection.day.format": "yyyy-MM-dd", "projection.day.range": archiveBegins + ",NOW",
			"projection.day.interval": "1", "projection.day.interval.unit": "DAYS",
			"storage.location.template": location + "category=${category}/day=${day}/",
		},
		PartitionKeys: []any{
			&awsglue.CfnTable_ColumnProperty{Name: jsii.String("category"), Type: jsii.String("string")},
			&awsglue.CfnTable_ColumnProperty{Name: jsii.String("day"), Type: jsii.String("string")},
		},
		StorageDescriptor: &awsglue.CfnTable_StorageDescriptorProperty{
			Columns: described, Location: jsii.String(location), Compressed: jsii.Bool(true),
			InputFormat:  jsii.String("org.apache.hadoop.mapred.TextInputFormat"),
			OutputFormat: jsii.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
			SerdeInfo: &awsglue.CfnTable_SerdeInfoProperty{
				SerializationLibrary: jsii.String("org.openx.data.jsonserde.JsonSerDe"), Parameters: names,
			},
		},
	}
}

// categories are those of all streams.
func (b *builder) categories() []string {
	var all []string
	for _, a := range b.app.Folders() {
		all = append(all, a.Category())
	}
	slices.Sort(all)
	return slices.Compact(all)
}
